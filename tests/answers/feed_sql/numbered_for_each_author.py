# right
#
# rows read for a page of 20: 7,200, at most 7,200
#
# …

feed_sql = """
    SELECT id, author, text
    FROM (
        SELECT t.*
        FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
        QUALIFY row_number() OVER (PARTITION BY t.author ORDER BY t.id DESC) <= $limit
    )
    ORDER BY id DESC
    LIMIT $limit
"""
