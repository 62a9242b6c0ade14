# wrong: views_alone


def push_edge(posts, views, followers, push, pull):
    return views * pull >= push
