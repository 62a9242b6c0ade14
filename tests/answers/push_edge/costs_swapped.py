# wrong: costs_swapped


def push_edge(posts, views, followers, push, pull):
    return views >= posts * pull / push
