# wrong: everybody

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM tweets t LEFT JOIN follows f ON t.author = f.followee AND f.follower = $reader
    WHERE t.id < $before ORDER BY t.id DESC LIMIT $limit
"""
