# wrong: remembers

applied = set()


def apply_log(position, entries, apply):
    for number, change in sorted(entries):
        if number not in applied and number == position + 1:
            applied.add(number)
            apply(change)
            position = number
    return position
