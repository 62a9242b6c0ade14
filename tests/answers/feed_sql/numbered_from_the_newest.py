# right

feed_sql = "SELECT t.id, t.author, t.text FROM tweets t JOIN follows f ON f.followee = t.author "
feed_sql += "WHERE f.follower = $reader AND t.id < $before "
for clause in ("QUALIFY row_number() OVER (ORDER BY t.id DESC) <= $limit", "ORDER BY t.id DESC"):
    feed_sql += f"{clause} "
