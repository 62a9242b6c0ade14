# wrong: soon_up_to_date


def choose_replica(positions, at_least, turn):
    fresh = [n for n, position in enumerate(positions) if position >= at_least - 1]
    return fresh[turn % len(fresh)] if fresh else None
