# error
#
# …[1000000000000000]…
#
# …
#
# MemoryError…


def apply_log(position, entries, apply):
    highest = max([number for number, _ in entries], default=0)
    places = [()] * (highest + 2)
    for number, change in entries:
        places[number] = (change,)
    while position < highest and places[position + 1]:
        position += 1
        apply(*places[position])
    return position
