# right
#
# changes applied for a log of 48: 48, at most 48


def apply_log(position, entries, apply):
    came = dict(entries)
    while (following := position + 1) in came:
        apply(came[following])
        position = following
    return position
