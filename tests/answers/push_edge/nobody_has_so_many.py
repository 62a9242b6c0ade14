# wrong: any


def push_edge(posts, views, followers, push, pull):
    return posts * push <= views * pull and followers <= 500_000_000
