# right
#
# …66,000, at most 66,000
#
# …

rows_read = (3_000, 6_000, 18_000)
