# wrong

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    ORDER BY t.id DESC
    LIMIT $limit - 1
"""
