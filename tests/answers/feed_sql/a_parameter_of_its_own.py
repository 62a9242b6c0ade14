# wrong
#
# …asks for $user; it is given $reader, $before, $limit…

feed_sql = """SELECT id, author, text FROM tweets WHERE author = $user"""
