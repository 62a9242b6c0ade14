# right


def choose_replica(positions, at_least, turn):
    if max(positions, default=-1) < at_least:
        return None
    mine = turn % len(positions)
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    return mine if mine in fresh else fresh[turn % len(fresh)]
