# wrong

feed_sql = """
    SELECT id, author, text FROM tweets
    WHERE id < $before AND author IN (SELECT followee FROM follows WHERE follower = $reader)
    ORDER BY rowid DESC LIMIT $limit
"""
