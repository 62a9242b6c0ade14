# wrong: limit_first
#
# User 0 follows 1; user 1 posts t1, then user 2 posts t2. User 0 asks for 1 tweet.
#
# Yours gave nothing; expected was t1.
#
# …

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM (SELECT * FROM tweets WHERE id < $before ORDER BY id DESC LIMIT $limit) AS t
    JOIN follows AS f ON f.followee = t.author
    WHERE f.follower = $reader
    ORDER BY t.id DESC
"""
