# wrong


def apply_edge(feed, latest, event, newest_of, length):
    last = latest.get(event.followee)
    if last is not None and last.position >= event.position:
        return feed
    latest[event.followee] = event
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
