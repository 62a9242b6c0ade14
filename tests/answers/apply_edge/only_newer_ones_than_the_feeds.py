# wrong


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    new = [row for row in newest_of(event.followee, length) if not feed or row[0] > feed[0][0]]
    return (new + feed)[:length]
