# wrong

feed_sql = """
    SELECT t.id, t.author, if(t.media IS NOT NULL, '', t.text) AS text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    ORDER BY t.id DESC LIMIT $limit
"""
