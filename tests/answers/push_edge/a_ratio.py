# right


def push_edge(posts, views, followers, push, pull):
    if posts == 0:
        return True
    return views / posts >= push / pull
