# wrong


def apply_log(position, entries, apply):
    reached = position
    for number, change in sorted(entries):
        if number == reached + 1:
            apply(change)
            reached = number
    return position
