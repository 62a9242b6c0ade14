# wrong

from itertools import cycle

rounds = {}


def choose_replica(positions, at_least, turn):
    fresh = tuple(number for number, position in enumerate(positions) if position >= at_least)
    if fresh and fresh not in rounds:
        rounds[fresh] = cycle(fresh)
    return next(rounds[fresh]) if fresh else None
