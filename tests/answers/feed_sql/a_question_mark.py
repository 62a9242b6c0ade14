# wrong
#
# …asks for $1…

feed_sql = """SELECT id, author, text FROM tweets WHERE author = ?"""
