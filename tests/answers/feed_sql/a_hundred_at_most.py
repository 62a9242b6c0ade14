# wrong
#
# …400 tweets are posted by users 1, 2 and 3. User 0 asks for 200 tweets.
#
# Yours gave …, t301; expected was …, t301, t300, t299, …

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    ORDER BY t.id DESC
    LIMIT least($limit, 100)
"""
