# wrong: followers

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.follower
    WHERE f.followee = $reader AND t.id < $before
    ORDER BY t.id DESC LIMIT $limit
"""
