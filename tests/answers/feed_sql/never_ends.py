# error
#
# …did not end…

feed_sql = """WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n) SELECT id, id, id FROM n"""
