# error
#
# …
#
# …Parser Error: syntax error at or near "SELEC" LINE 1: SELEC id FROM tweets…

feed_sql = """SELEC id FROM tweets"""
