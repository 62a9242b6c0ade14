# wrong: all_followers
#
# In a day the author posts once and the reader looks 3 times. The author has 2 followers. A delivery costs 2, a pull 1.
#
# Yours gave False (pull); expected was True (push): pushing costs 2 here and pulling 3.
#
# …


def push_edge(posts, views, followers, push, pull):
    deliveries = posts * followers
    return deliveries * push <= views * pull
