# wrong


def apply_log(position, entries, apply):
    for number, change in sorted(entries):
        if number == position + 1:
            apply(change)
            position += 1
    return position > 0
