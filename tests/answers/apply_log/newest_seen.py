# wrong: newest_seen


def apply_log(position, entries, apply):
    came = dict(entries)
    following = position + 1
    while following in came:
        apply(came[following])
        following += 1
    return max([position, *came])
