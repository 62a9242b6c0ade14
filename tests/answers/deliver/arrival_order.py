# wrong: arrival_order


def deliver(tweet_id, followers, active, feeds, length):
    count = 0
    for reader in followers:
        if reader not in active:
            continue
        feed = feeds.get(reader, [])
        if tweet_id not in feed:
            feeds[reader] = [tweet_id] + feed[: length - 1]
            count += 1
    return count
