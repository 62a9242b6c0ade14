# wrong: order_of_arrival


def apply_log(position, entries, apply):
    for number, change in entries:
        if number == position + 1:
            apply(change)
            position += 1
    return position
