# wrong: tweets_alone
#
# 2,000 follows and 1,000 tweets, 5 by each user, are stored. User 7 asks for a page of 20: how many rows are read?
#
# Yours gave 1,000 rows; expected was 3,000 rows.
#
# Only tweets are read? Whose tweets are wanted stands in the other table. It has no order either, so all of it is read
# too.

rows_read = [1000, 4000, 16000]
