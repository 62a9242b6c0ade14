# wrong: any
#
# …In a day the author posts 0.…
#
# …


def push_edge(posts, views, followers, push, pull):
    affordable = views * pull // push
    return affordable >= posts
