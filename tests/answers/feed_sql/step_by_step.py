# right

feed_sql = """
    WITH mine AS (SELECT followee FROM follows WHERE follower = $reader),
         older AS (SELECT * FROM tweets WHERE id < $before),
         ranked AS (SELECT id, followee, text, rank() OVER (ORDER BY id DESC) AS place
                    FROM mine, older WHERE author = followee)
    SELECT id, followee, text FROM ranked WHERE place <= $limit ORDER BY place
"""
