# wrong

layout = ["CREATE TABLE by_follower AS FROM follows ORDER BY follower", "DROP TABLE follows"]
