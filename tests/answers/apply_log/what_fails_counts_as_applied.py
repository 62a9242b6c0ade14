# wrong
#
# …Change 1 cannot be applied at first: apply raises. Then the batch comes once more.
#
# Your function returned 3, and change 1 had failed.

import contextlib


def apply_log(position, entries, apply):
    for number, change in sorted(entries, key=lambda entry: entry[0]):
        if number == position + 1:
            position = number
            with contextlib.suppress(OSError):
                apply(change)
    return position
