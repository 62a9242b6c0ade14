# error
#
# …
#
# …Referenced column "txt" not found…

feed_sql = """SELECT id, author, txt FROM tweets"""
