# wrong


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    return newest_of(event.followee, length) if event.kind == "follow" else []
