# wrong: soon_up_to_date


def choose_replica(positions, at_least, turn):
    if not positions:
        return None
    return turn % len(positions)
