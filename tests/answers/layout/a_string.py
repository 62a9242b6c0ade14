# wrong
#
# …a list of strings was asked for…

layout = "CREATE INDEX a ON follows (follower)"
