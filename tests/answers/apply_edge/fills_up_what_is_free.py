# wrong: any


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    others = [row for row in feed if row[1] != event.followee]
    if event.kind == "follow":
        others += newest_of(event.followee, max(length - len(feed), 0))
    return sorted(others, reverse=True)[:length]
