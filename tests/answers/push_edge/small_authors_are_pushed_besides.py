# wrong: followers_decide


def push_edge(posts, views, followers, push, pull):
    return followers < 500 or posts * push <= views * pull
