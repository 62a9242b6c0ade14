# error
#
# There is no replica.…


def choose_replica(positions, at_least, turn):
    for step in range(max(len(positions), 1)):
        number = (turn + step) % len(positions)
        if positions[number] >= at_least:
            return number
    return None
