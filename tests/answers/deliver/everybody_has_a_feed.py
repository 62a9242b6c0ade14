# error


def deliver(tweet_id, followers, active, feeds, length):
    for reader in followers:
        if reader in active:
            feeds[reader].append(tweet_id)
    return len(followers)
