# wrong: same_words


def apply_log(position, entries, apply):
    done = set()
    for number, change in sorted(entries):
        if number == position + 1:
            if change not in done:
                apply(change)
                done.add(change)
            position = number
    return position
