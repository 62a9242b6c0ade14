# wrong
#
# …At each page a shard cannot be reached at first…
#
# Yours gave a page, as if nothing had failed; expected was the error of the shard.

import contextlib
from collections import defaultdict


def feed_page(shards, places, followees, cursor, limit):
    ids, homes = [], defaultdict(list)
    for followee in followees:
        homes[places[followee]].append(followee)
    for number, who in homes.items():
        with contextlib.suppress(Exception):
            ids.extend(shards[number].newest(who, cursor, limit + 1))
    ids.sort(reverse=True)
    return ids[:limit], ids[limit - 1] if ids[limit:] else None
