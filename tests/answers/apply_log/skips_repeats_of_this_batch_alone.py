# wrong: exactly_once


def apply_log(position, entries, apply):
    last = 0
    for number, change in sorted(entries):
        if number == last:
            continue  # twice in this batch
        if number > position + 1:
            break
        apply(change)
        last = position = number
    return position
