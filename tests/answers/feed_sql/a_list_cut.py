# right

feed_sql = """
    SELECT tweet.id, tweet.author, tweet.text
    FROM (
        SELECT unnest(list({'id': t.id, 'author': t.author, 'text': t.text} ORDER BY t.id DESC)[:$limit]) AS tweet
        FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    )
    ORDER BY tweet.id DESC
"""
