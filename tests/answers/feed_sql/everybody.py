# wrong: everybody

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE t.id < $before AND $reader >= 0
    ORDER BY t.id DESC
    LIMIT $limit
"""
