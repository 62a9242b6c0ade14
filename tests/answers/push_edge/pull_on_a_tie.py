# right


def push_edge(posts, views, followers, push, pull):
    return posts * push < views * pull
