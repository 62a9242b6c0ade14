# wrong

layout = [
    "CREATE OR REPLACE TABLE tweets AS SELECT id, author, text, media FROM tweets",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
