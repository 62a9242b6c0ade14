# right

import numpy as np


def choose_replica(positions, at_least, turn):
    fresh = np.flatnonzero(np.array(positions, dtype=np.int64) >= at_least)
    return fresh[turn % len(fresh)] if len(fresh) else None
