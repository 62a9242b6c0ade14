# wrong

layout = [
    "UPDATE tweets SET text = NULL WHERE media IS NOT NULL",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
