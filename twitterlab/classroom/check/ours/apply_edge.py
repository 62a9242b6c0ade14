# Made by `make exercises` from solutions/06_precomputed_feeds.ipynb: change it there.
def apply_edge(feed, latest, event, newest_of, length):
    """The feed after a follow or an unfollow, whatever order the events come in."""
    if event.position <= latest.get(event.followee, 0):
        return feed  # overtaken by a later intent, or here before
    latest[event.followee] = event.position  # also for an unfollow: an older follow may still come
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    both = {*feed, *newest_of(event.followee, length)}  # a set: some may be in the feed already
    return sorted(both, reverse=True)[:length]
