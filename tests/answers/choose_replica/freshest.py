# wrong: freshest


def choose_replica(positions, at_least, turn):
    best = max(positions, default=-1)
    return positions.index(best) if best >= at_least else None
