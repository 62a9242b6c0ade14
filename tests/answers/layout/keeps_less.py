# wrong: keeps_less
#
# Before your statements: nobody follows anybody, and 1 posts t1, 1 posts t2.
#
# Yours gave a table tweets with t2; expected was a table tweets with t1, t2.
#
# …

layout = [
    "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY id DESC LIMIT 1",
    "CREATE INDEX a ON follows (follower)",
    "CREATE INDEX b ON tweets (author)",
    "CREATE INDEX c ON tweets (id)",
]
