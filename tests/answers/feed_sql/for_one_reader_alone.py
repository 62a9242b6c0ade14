# wrong
#
# User 0 follows 1…User 0 goes by the number 2,147,483,647…
#
# …

feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = 0 AND t.id < $before
    ORDER BY t.id DESC
    LIMIT $limit;
"""
