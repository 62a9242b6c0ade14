# wrong: unique

layout = [
    "ALTER TABLE follows ADD PRIMARY KEY (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
