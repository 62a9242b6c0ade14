# wrong: wrong_way


def push_edge(posts, views, followers, push, pull):
    pushing = posts * push
    pulling = views * pull
    return pushing >= pulling
