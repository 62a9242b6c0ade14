# right

import numpy as np


def feed_page(shards, places, followees, cursor, limit):
    followees = np.array(followees, dtype=int)
    homes = np.array(places)[followees]
    found = np.array([], dtype=np.int64)
    for number in np.unique(homes).tolist():
        sent = shards[number].newest(followees[homes == number].tolist(), cursor, limit + 1)
        found = np.append(found, np.array(sent, dtype=np.int64))
    found = -np.sort(-found)
    return list(found[:limit]), int(found[limit - 1]) if len(found) > limit else None
