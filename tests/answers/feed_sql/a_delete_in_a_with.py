# wrong
#
# …One SELECT is asked for…

feed_sql = """WITH gone AS (DELETE FROM tweets RETURNING *) SELECT id, author, text FROM gone"""
