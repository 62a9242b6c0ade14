# wrong: posts_alone


def push_edge(posts, views, followers, push, pull):
    chatty = posts > 5
    return not chatty
