# over budget: limit_reads_twenty

feed_sql = """
    SELECT id, author, text FROM tweets
    WHERE id IN (
        SELECT t.id
        FROM follows f JOIN tweets t ON t.author = f.followee
        WHERE f.follower = $reader AND t.id < $before
        ORDER BY t.id DESC LIMIT $limit
    )
    ORDER BY id DESC
"""
