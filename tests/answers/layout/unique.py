# wrong: unique

layout = [
    "CREATE UNIQUE INDEX by_author ON tweets (author)",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX c ON tweets (id)",
]
