# right
#
# changes applied for a log of 48: 48, at most 48


def apply_log(position, entries, apply):
    for number, change in sorted(set(entries)):
        if number > position + 1:
            break
        if number > position:
            apply(change)
            position = number
    return position
