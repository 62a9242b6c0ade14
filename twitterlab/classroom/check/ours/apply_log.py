# Made by `make exercises` from solutions/03_read_replicas.ipynb: change it there.
def apply_log(position, entries, apply):
    """The position of the last change that is applied now: every one that this batch allows, in order, each once."""
    for number, change in sorted(entries, key=lambda entry: entry[0]):
        if number == position + 1:  # below it: a repeat; above it: too early
            apply(change)
            position = number
    return position
