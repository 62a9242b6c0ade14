# wrong
#
# …Who is away has t50 in the feed…
#
# …


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader not in active:
            feeds.pop(reader, None)
        elif tweet_id not in feeds.setdefault(reader, []):
            feeds[reader] = sorted([tweet_id, *feeds[reader]], reverse=True)[:length]
            taken += tweet_id in feeds[reader]
    return taken
