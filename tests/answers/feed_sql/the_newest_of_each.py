# wrong

feed_sql = """
    SELECT max(id) AS id, author, max(text) AS text
    FROM (
        SELECT t.id, t.author, t.text
        FROM follows f JOIN tweets t ON t.author = f.followee
        WHERE f.follower = $reader AND t.id < $before
    )
    GROUP BY author
    ORDER BY id DESC LIMIT $limit
"""
