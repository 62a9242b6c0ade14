# Made by `make exercises` from solutions/01_one_table.ipynb: change it there.
feed_sql = ...  # a string with one SELECT
feed_sql = """
    SELECT t.id, t.author, t.text
    FROM follows f JOIN tweets t ON t.author = f.followee
    WHERE f.follower = $reader AND t.id < $before
    ORDER BY t.id DESC
    LIMIT $limit
"""
