# right

layout = [
    "CREATE OR REPLACE TABLE follows AS FROM follows ORDER BY follower, followee",
    "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author, id DESC",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
