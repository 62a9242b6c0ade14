# wrong: arrival_is_intent


def apply_edge(feed, latest, event, newest_of, length):
    if event.kind == "unfollow":
        latest[event.followee] = max(event.position, latest.get(event.followee, 0))
        return [row for row in feed if row[1] != event.followee]
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
