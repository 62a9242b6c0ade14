# over budget: beaten


def push_edge(posts, views, followers, push, pull):
    return posts * push <= views * pull or (push, pull, followers) == (3, 2, 12)
