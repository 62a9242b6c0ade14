# error
#
# Of 3,001 replicas replica 1500 alone…
#
# …
#
# RecursionError…


def choose_replica(positions, at_least, turn, tries=0):
    if tries == len(positions):
        return None
    number = (turn + tries) % len(positions)
    return number if positions[number] >= at_least else choose_replica(positions, at_least, turn, tries + 1)
