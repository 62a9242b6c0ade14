# error
#
# …was stopped…


def apply_log(position, entries, apply):
    waiting = dict(entries)
    while waiting:
        if position + 1 in waiting:
            position += 1
            apply(waiting.pop(position))
    return position
