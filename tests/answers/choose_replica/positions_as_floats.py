# wrong
#
# Replicas 0, 1 and 2 are at positions 1152921504606846976, 1152921504606846975…
#
# …

import math


def choose_replica(positions, at_least, turn):
    fresh = [number for number, position in enumerate(positions) if math.log2(position + 1) >= math.log2(at_least + 1)]
    return fresh[turn % len(fresh)] if fresh else None
