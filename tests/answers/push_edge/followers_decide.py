# wrong: followers_decide


def push_edge(posts, views, followers, push, pull):
    if followers >= 10_000:
        return False
    return True
