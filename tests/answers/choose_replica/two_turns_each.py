# wrong
#
# Replicas 0 and 1 are at positions 0 and 0. Reads at turns 0 and 1 ask for a node that has seen position 0.
#
# Yours gave replica 0 and replica 0; expected was replicas 0 and 1, each once.


def choose_replica(positions, at_least, turn):
    fresh = [number for number, position in enumerate(positions) if position >= at_least]
    return fresh[turn // 2 % len(fresh)] if fresh else None
