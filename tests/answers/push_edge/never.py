# wrong


def push_edge(posts, views, followers, push, pull):
    return False
