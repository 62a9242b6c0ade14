# over budget: two_columns

layout = [
    "CREATE INDEX who_follows_whom ON follows (follower, followee)",
    "CREATE INDEX newest_of_author ON tweets (author, id)",
    "CREATE UNIQUE INDEX tweet ON tweets (id)",
]
