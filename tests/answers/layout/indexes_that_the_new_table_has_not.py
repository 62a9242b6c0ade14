# over budget: order_is_enough

layout = [
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
    "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author",
]
