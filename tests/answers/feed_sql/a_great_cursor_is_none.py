# wrong

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND ($before > 2 ** 40 OR t.id < $before)
    ORDER BY t.id DESC LIMIT $limit
"""
