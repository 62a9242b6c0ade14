# over budget: index_everything

layout = [
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
    "CREATE INDEX d ON follows (followee)",
    "CREATE INDEX e ON tweets (created_at)",
]
