# right


def choose_replica(positions, at_least, turn):
    fresh = sorted((-position, n) for n, position in enumerate(positions) if position >= at_least)
    return fresh[-(turn % len(fresh))][1] if fresh else None
