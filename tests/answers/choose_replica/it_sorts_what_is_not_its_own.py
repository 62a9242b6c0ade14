# wrong


def choose_replica(positions, at_least, turn):
    positions.sort(reverse=True)
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    return fresh[turn % len(fresh)] if fresh else None
