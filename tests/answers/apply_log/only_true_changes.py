# wrong


def apply_log(position, entries, apply):
    changes = dict(entries)
    while changes.get(position + 1):
        position += 1
        apply(changes[position])
    return position
