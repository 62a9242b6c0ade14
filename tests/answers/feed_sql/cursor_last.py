# wrong: cursor_last

feed_sql = """
    SELECT * FROM (
        SELECT t.id, t.author, t.text
        FROM follows f JOIN tweets t ON t.author = f.followee
        WHERE f.follower = $reader
        ORDER BY t.id DESC LIMIT $limit
    )
    WHERE id < $before
    ORDER BY id DESC
"""
