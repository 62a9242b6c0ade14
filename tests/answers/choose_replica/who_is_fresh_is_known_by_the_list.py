# wrong: any


def choose_replica(positions, at_least, turn):
    key = id(positions), at_least
    if key not in known:
        known[key] = [number for number, position in enumerate(positions) if position >= at_least]
    return known[key][turn % len(known[key])] if known[key] else None


known = {}
