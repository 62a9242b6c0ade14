# right
#
# …66,000, at most 66,000
#
# …

rows_read = [3000, 6000, 18000]
