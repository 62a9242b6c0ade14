# right
#
# rows read to find whom a user follows: 11, at most 11
#
# rows read to find a user's newest tweets: 11, at most 11
#
# rows read to find one tweet by its ID: 1, at most 1
#
# indexes that every write keeps up: 3, at most 3
#
# …

layout = ["CREATE INDEX a ON follows (follower)", "CREATE INDEX b ON tweets (author)", "CREATE INDEX c ON tweets (id)"]
