# wrong


def apply_log(position, entries, apply):
    entries.sort()
    for number, change in entries:
        if number == position + 1:
            apply(change)
            position += 1
    return position
