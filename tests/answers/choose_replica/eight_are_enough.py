# wrong
#
# There are 100 replicas at position 1. Reads at turns 103 to 202 ask for a node that has seen position 1.
#
# …


def choose_replica(positions, at_least, turn):
    fresh = [number for number, position in enumerate(positions) if position >= at_least]
    return fresh[turn % min(len(fresh), 8)] if fresh else None
