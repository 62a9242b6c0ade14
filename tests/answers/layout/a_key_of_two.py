# over budget: two_columns

layout = [
    "ALTER TABLE follows ADD PRIMARY KEY (follower, followee)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
