# wrong: one_try
#
# Replicas 0 and 1 are at positions 0 and 1. Reads at turns 0 and 1 ask for a node that has seen position 1.
#
# Yours gave None and replica 1; expected was replica 1 each time.
#
# The replica in turn, or else the leader?…


def choose_replica(positions, at_least, turn):
    if not positions:
        return None
    number = turn % len(positions)
    if positions[number] < at_least:
        return None
    return number
