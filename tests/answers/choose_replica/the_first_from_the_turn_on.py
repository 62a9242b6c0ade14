# right


def choose_replica(positions, at_least, turn):
    count = len(positions)
    for number in [(turn + step) % count for step in range(count)]:
        if positions[number] >= at_least:
            return number
    return None
