# wrong


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    return [row for row in feed if row[1] != event.followee]
