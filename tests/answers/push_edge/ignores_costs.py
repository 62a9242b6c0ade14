# wrong: ignores_costs


def push_edge(posts, views, followers, push, pull):
    return views > posts
