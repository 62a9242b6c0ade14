# wrong
#
# …3,000 of them).
#
# …


def apply_log(position, entries, apply):
    for _ in range(20):
        for number, change in entries:
            if number == position + 1:
                apply(change)
                position += 1
    return position
