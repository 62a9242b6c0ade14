# wrong: exactly_once


def apply_log(position, entries, apply):
    for number, change in sorted(entries):
        apply(change)
        position = number
    return position
