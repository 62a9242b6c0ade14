# right
#
# rows read for a page of 20: 7,200, at most 7,200
#
# …

feed_sql = """
    SELECT id, author, text
    FROM (
        SELECT t.id, t.author, t.text, row_number() OVER (ORDER BY t.id) AS number, count(*) OVER () AS numbers
        FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    )
    WHERE numbers - number < $limit
    ORDER BY id DESC
"""
