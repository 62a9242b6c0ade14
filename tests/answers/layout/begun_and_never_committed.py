# wrong
#
# …
#
# After your statements a transaction is open: nothing of it is kept.

layout = [
    "BEGIN",
    "CREATE INDEX of_follower ON follows (follower)",
    "CREATE INDEX of_author ON tweets (author)",
    "CREATE INDEX of_id ON tweets (id)",
]
