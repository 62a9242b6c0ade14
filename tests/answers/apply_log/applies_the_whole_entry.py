# wrong


def apply_log(position, entries, apply):
    for entry in sorted(entries):
        if entry[0] == position + 1:
            apply(entry)
            position += 1
    return position
