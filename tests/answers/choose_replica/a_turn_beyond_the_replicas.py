# error
#
# …line 3: return fresh[turn]…


def choose_replica(positions, at_least, turn):
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    return fresh[turn] if fresh else None
