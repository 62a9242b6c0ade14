# wrong
#
# …At each follow the shard cannot be reached at first…
#
# Yours gave a feed, as if nothing had failed; expected was the error of newest_of.


def apply_edge(feed, latest, event, newest_of, length):
    if latest.get(event.followee, 0) >= event.position:
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    try:
        theirs = newest_of(event.followee, length)
    except Exception:
        theirs = []
    return sorted({*feed, *theirs}, reverse=True)[:length]
