# wrong
#
# …gives the columns id, author, created_at, text, media…

feed_sql = """SELECT t.* FROM tweets t WHERE id < $before"""
