# wrong


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active and reader in feeds and tweet_id not in feeds[reader]:
            feeds[reader] = sorted([*feeds[reader], tweet_id], reverse=True)[:length]
            taken += tweet_id in feeds[reader]
    return taken
