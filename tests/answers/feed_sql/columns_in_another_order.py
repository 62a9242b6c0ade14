# wrong
#
# …asked for are id, author, text…

feed_sql = """SELECT author, id, text FROM tweets"""
