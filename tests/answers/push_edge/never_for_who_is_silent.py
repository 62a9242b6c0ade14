# wrong: any


def push_edge(posts, views, followers, push, pull):
    return 0 < posts * push <= views * pull
