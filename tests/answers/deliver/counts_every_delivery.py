# wrong: counts_every_delivery
#
# …in this order: t1, t1.
#
# Yours gave 1 as the number of feeds that took in t1 when it came again; expected was 0.
#
# …


def deliver(tweet_id, followers, active, feeds, length):
    readers = [reader for reader in followers if reader in active]
    for reader in readers:
        feeds[reader] = sorted({*feeds.get(reader, []), tweet_id}, reverse=True)[:length]
    return len(readers)
