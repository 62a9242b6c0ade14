# wrong


def apply_log(position, entries, apply):
    return max([position, *(number for number, change in entries)])
