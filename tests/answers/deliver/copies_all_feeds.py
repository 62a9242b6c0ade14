# wrong
#
# …
#
# Your function copies the feeds of everybody for one tweet…

from copy import deepcopy


def deliver(tweet_id, followers, active, feeds, length):
    were, taken = deepcopy(feeds), 0
    for reader in active.intersection(followers):
        feeds[reader] = sorted({tweet_id, *feeds.get(reader, [])}, reverse=True)[:length]
        taken += tweet_id in feeds[reader] and tweet_id not in were.get(reader, [])
    return taken
