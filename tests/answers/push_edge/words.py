# wrong


def push_edge(posts, views, followers, push, pull):
    return "push" if posts * push <= views * pull else "pull"
