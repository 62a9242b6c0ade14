# right

feed_sql = """
    select id, author, text from tweets
    where author in (select followee from follows where follower = $Reader) and id < $before
    order by 1 desc limit $limit -- newest first
"""
