# over budget: order_is_enough

layout = [
    "CREATE OR REPLACE TABLE follows AS FROM follows ORDER BY follower",
    "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author, id",
]
