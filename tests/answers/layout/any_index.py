# over budget: any_index
#
# rows read to find whom a user follows: 110,000, at most 11
#
# …

layout = [
    "CREATE INDEX by_followee ON follows (followee)",
    "CREATE INDEX by_author ON tweets (author)",
    "CREATE INDEX by_time ON tweets (created_at)",
]
