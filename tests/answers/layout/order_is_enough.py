# over budget: order_is_enough

layout = [
    "CREATE TABLE f AS SELECT * FROM follows ORDER BY follower",
    "DROP TABLE follows",
    "ALTER TABLE f RENAME TO follows",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
