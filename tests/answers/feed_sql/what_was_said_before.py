# wrong
#
# User 0 follows 1 and 2; …
#
# …

feed_sql = """
    SELECT id, author, text FROM (
        SELECT t.*
        FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
        QUALIFY row_number() OVER (PARTITION BY t.author, t.text, t.media IS NULL ORDER BY t.id DESC) = 1
    )
    ORDER BY id DESC
    LIMIT $limit
"""
