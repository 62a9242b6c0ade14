# wrong

from collections import defaultdict


def feed_page(shards, places, followees, cursor, limit):
    homes = defaultdict(list)
    for followee in followees:
        home = places[followee] or None
        if home:
            homes[home].append(followee)
    ids = sorted((one for n, who in homes.items() for one in shards[n].newest(who, cursor, limit + 1)), reverse=True)
    return ids[:limit], ids[limit - 1] if ids[limit:] else None
