# wrong: own_too

feed_sql = """
    SELECT id, author, text FROM tweets
    WHERE (author IN (SELECT followee FROM follows WHERE follower = $reader) OR author = $reader)
      AND id < $before
    ORDER BY id DESC LIMIT $limit
"""
