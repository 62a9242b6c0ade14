# error
#
# …3,000 of them).
#
# …
#
# RecursionError…


def apply_log(position, entries, apply):
    for number, change in entries:
        if number == position + 1:
            apply(change)
            return apply_log(number, entries, apply)
    return position
