# wrong
#
# …Before each of them arrives, its followee posts once more.
#
# …

theirs = {}


def apply_edge(feed, latest, event, newest_of, length):
    if latest.get(event.followee, 0) >= event.position:
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    if (newest_of, event.followee) not in theirs:
        theirs[newest_of, event.followee] = newest_of(event.followee, length)
    return sorted({*feed, *theirs[newest_of, event.followee]}, reverse=True)[:length]
