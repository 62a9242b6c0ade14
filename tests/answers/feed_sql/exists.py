# right

feed_sql = """
    SELECT id, author, text FROM tweets AS t
    WHERE id < $before AND EXISTS (FROM follows WHERE follower = $reader AND followee = t.author)
    ORDER BY id DESC LIMIT $limit
"""
