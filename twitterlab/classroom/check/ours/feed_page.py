# Made by `make exercises` from solutions/04_user_shards.ipynb: change it there.
def feed_page(shards, places, followees, cursor, limit):
    """(IDs of a page, cursor of the next or None), for one request to each shard that keeps a followee."""
    living = {}  # whom to ask for, shard by shard
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    found = []
    for number, authors in living.items():
        found += shards[number].newest(authors, cursor, limit + 1)  # one more than a page: is there another?
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
