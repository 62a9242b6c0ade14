# right

layout = [
    "CREATE INDEX a ON follows (follower)",
    "ALTER TABLE tweets ADD PRIMARY KEY (id)",
    "CREATE INDEX b ON tweets (author)",
]
