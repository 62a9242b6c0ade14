# wrong


def choose_replica(positions, at_least, turn):
    return any(position >= at_least for position in positions)
