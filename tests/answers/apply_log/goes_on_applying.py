# wrong


def apply_log(position, entries, apply):
    came = dict(entries)
    while position + 1 in came:
        apply(came[position + 1])
    return position
