# wrong: no_match

feed_sql = """
    SELECT t.id, t.author, t.text FROM follows f, tweets t
    WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC LIMIT $limit
"""
