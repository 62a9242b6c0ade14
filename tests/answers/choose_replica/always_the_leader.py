# wrong: leader_needed


def choose_replica(positions, at_least, turn):
    return None
