# wrong
#
# User 0 follows 1; user 1 posts t1, then user 1 posts t2. User 0 asks for 20 tweets. …
#
# Yours gave t2; expected was t2, t1.

feed_sql = """
    WITH mine AS MATERIALIZED (
        SELECT t.*
        FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    )
    SELECT id, author, text
    FROM mine
    WHERE created_at > (SELECT max(created_at) FROM mine) - 2_592_000_000
    ORDER BY id DESC
    LIMIT $limit
"""
