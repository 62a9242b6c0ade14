# wrong: first_stop


def apply_log(position, entries, apply):
    for number, change in sorted(entries):
        if number != position + 1:
            break
        apply(change)
        position = number
    return position
