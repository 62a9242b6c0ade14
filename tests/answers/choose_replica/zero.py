# wrong: zero


def choose_replica(positions, at_least, turn):
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    number = fresh[turn % len(fresh)] if fresh else None
    return number or None
