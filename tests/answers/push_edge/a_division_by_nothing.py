# error


def push_edge(posts, views, followers, push, pull):
    return views / posts >= push / pull
