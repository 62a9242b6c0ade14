# error
#
# …3,000 of them).
#
# …
#
# RecursionError…
#
# changes applied for a log of 48: 48, at most 48


def apply_log(position, entries, apply):
    for number, change in entries:
        if number == position + 1:
            apply(change)
            return apply_log(number, entries, apply)
    return position
