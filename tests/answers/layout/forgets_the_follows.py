# wrong: keeps_less

layout = [
    "DELETE FROM follows",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
