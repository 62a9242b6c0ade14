# wrong
#
# …After them: 0 follows 2, and 1 posts t2.…
#
# …After your statements nothing can be written into tweets any more.…

layout = [
    "ALTER TABLE tweets RENAME TO t",
    "CREATE VIEW tweets AS FROM t ORDER BY author",
    "CREATE INDEX a ON follows (follower)",
]
