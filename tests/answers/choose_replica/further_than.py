# wrong: further_than


def choose_replica(positions, at_least, turn):
    fresh = [n for n in range(len(positions)) if positions[n] > at_least]
    return fresh[turn % len(fresh)] if fresh else None
