# error
#
# …
#
# …disabled…

feed_sql = """SELECT id, author, text FROM 'elsewhere.csv'"""
