# over budget: index_everything

layout = [
    "ALTER TABLE tweets ADD PRIMARY KEY (id)",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
