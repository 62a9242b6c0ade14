# wrong: followers_decide


def push_edge(posts, views, followers, push, pull):
    return followers < 10_000 and posts * push <= views * pull
