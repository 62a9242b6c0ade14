# wrong: any


def push_edge(posts, views, followers, push, pull):
    return posts < 10_000 and posts * push <= views * pull
