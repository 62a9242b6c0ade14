# wrong
#
# …
#
# Yours gave the row (…, 'hello'); expected was the row (…, ' hello ').

feed_sql = """
    SELECT t.id, t.author, trim(t.text, ' ') AS text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    ORDER BY t.id DESC
    LIMIT $limit
"""
