# wrong
#
# Replicas 0…99998…
#
# …


def choose_replica(positions, at_least, turn):
    fresh = [number for number, position in enumerate(positions) if position >= at_least]
    return fresh[turn % 99_999 % len(fresh)] if fresh else None
