# right

import pandas as pd


def apply_log(position, entries, apply):
    changes = pd.Series(dict(entries), dtype=object).sort_index()
    for number, change in changes[changes.index > position].items():
        if number != position + 1:
            break
        apply(change)
        position = number
    return position
