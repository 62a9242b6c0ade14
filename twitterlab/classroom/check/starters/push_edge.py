# Made by `make exercises` from solutions/07_hybrid_feeds.ipynb: change it there.
def push_edge(posts, views, followers, push, pull):
    """Whether pushing this author's tweets to this reader costs no more than pulling them."""
    pass  # your code here
