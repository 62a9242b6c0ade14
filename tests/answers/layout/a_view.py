# wrong
#
# …
#
# …After your statements tweets is no table any more…

layout = [
    "ALTER TABLE tweets RENAME TO t",
    "CREATE VIEW tweets AS FROM t ORDER BY author",
    "CREATE INDEX a ON follows (follower)",
]
