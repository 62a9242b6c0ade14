# right

layout = [
    "CREATE TABLE moved (author INTEGER, id BIGINT, media VARCHAR, text VARCHAR, created_at BIGINT)",
    "INSERT INTO moved SELECT author, id, media, text, created_at FROM tweets ORDER BY author, id",
    "DROP TABLE tweets",
    "ALTER TABLE moved RENAME TO tweets",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
