# wrong: any_will_do


def choose_replica(positions, at_least, turn):
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    return min(fresh, key=lambda n: positions[n], default=None)
