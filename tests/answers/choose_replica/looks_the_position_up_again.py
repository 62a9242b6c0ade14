# wrong


def choose_replica(positions, at_least, turn):
    fresh = [position for position in positions if position >= at_least]
    return positions.index(fresh[turn % len(fresh)]) if fresh else None
