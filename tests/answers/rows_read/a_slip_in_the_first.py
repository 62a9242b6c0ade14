# wrong
#
# 2,000 follows and 1,000 tweets, 5 by each user, are stored. User 7 asks for a page of 20: how many rows are read?
#
# Yours gave 20 rows; expected was 3,000 rows.

rows_read = [20, 6_000, 18_000]
