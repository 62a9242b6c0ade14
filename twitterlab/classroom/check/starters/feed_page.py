# Made by `make exercises` from solutions/04_user_shards.ipynb: change it there.
def feed_page(shards, places, followees, cursor, limit):
    """(IDs of a page, cursor of the next or None), for one request to each shard that keeps a followee."""
    pass  # your code here
