# wrong
#
# …
#
# …tweets is no table any more…

layout = [
    "CREATE TEMP TABLE ordered AS FROM tweets ORDER BY author, id",
    "DROP TABLE tweets",
    "ALTER TABLE ordered RENAME TO tweets",
    "CREATE INDEX of_follower ON follows (follower)",
    "CREATE INDEX of_author ON tweets (author)",
    "CREATE INDEX of_id ON tweets (id)",
]
