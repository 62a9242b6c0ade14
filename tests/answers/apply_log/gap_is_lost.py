# wrong: gap_is_lost
#
# A replica is at position 0. The network brings it the entries [2].
#
# Yours gave position 2 (applied: 2); expected was position 0 (applied: nothing).
#
# What is newer may go first? Once the position is past a gap…


def apply_log(position, entries, apply):
    for number, change in sorted(entries):
        if number <= position:
            continue  # it has been applied
        apply(change)
        position = number
    return position
