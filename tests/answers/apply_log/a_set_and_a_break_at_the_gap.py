# error
#
# …Here a change may be anything at all…
#
# …
#
# TypeError…


def apply_log(position, entries, apply):
    for number, change in sorted(set(entries)):
        if number > position + 1:
            break
        if number > position:
            apply(change)
            position = number
    return position
