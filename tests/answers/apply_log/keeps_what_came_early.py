# wrong: remembers

waiting = {}


def apply_log(position, entries, apply):
    waiting.update(entries)
    while position + 1 in waiting:
        position += 1
        apply(waiting.pop(position))
    return position
