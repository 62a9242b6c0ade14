# right

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows AS f, LATERAL (SELECT * FROM tweets WHERE author = f.followee AND id < $before
                                ORDER BY id DESC LIMIT $limit) AS t
    WHERE f.follower = $reader
    ORDER BY t.id DESC LIMIT $limit
"""
