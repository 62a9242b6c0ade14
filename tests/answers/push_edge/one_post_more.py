# wrong: any


def push_edge(posts, views, followers, push, pull):
    return (posts + 1) * push <= views * pull
