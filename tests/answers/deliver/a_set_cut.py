# right


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in active.intersection(followers):
        before = feeds.get(reader, [])
        feeds[reader] = sorted({*before, tweet_id}, reverse=True)[:length]
        taken += feeds[reader] != before
    return taken
