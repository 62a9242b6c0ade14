# wrong
#
# …One SELECT is asked for…

feed_sql = """SELECT 1; SELECT 2"""
