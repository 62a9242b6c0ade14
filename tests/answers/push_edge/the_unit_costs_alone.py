# wrong


def push_edge(posts, views, followers, push, pull):
    return push <= pull
