# wrong: leader_needed


def choose_replica(positions, at_least, turn):
    if at_least > 0:
        return None
    return turn % len(positions)
