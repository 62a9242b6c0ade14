# wrong
#
# …
#
# The columns of tweets were…

layout = [
    "CREATE OR REPLACE TABLE tweets AS SELECT * REPLACE (id::INTEGER AS id) FROM tweets ORDER BY id",
    "CREATE INDEX of_follower ON follows (follower)",
    "CREATE INDEX of_author ON tweets (author)",
    "CREATE INDEX of_id ON tweets (id)",
]
