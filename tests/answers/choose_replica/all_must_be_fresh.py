# wrong: leader_needed


def choose_replica(positions, at_least, turn):
    if not positions or min(positions) < at_least:
        return None  # to be safe
    return turn % len(positions)
