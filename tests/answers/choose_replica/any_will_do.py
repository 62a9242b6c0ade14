# wrong: any_will_do


def choose_replica(positions, at_least, turn):
    for number, position in enumerate(positions):
        if position >= at_least:
            return number
    return None
