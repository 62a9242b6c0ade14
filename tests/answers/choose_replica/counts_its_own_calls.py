# wrong

import itertools

calls = itertools.count()


def choose_replica(positions, at_least, turn):
    fresh = [number for number, position in enumerate(positions) if position >= at_least]
    return fresh[next(calls) % len(fresh)] if fresh else None
