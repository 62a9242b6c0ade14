# wrong


def apply_edge(feed, latest, event, newest_of, length):
    if event.position > latest.get(event.followee, 0):
        latest[event.followee] = event.position
        feed[:] = [row for row in feed if row[1] != event.followee]
        if event.kind == "follow":
            feed.extend(newest_of(event.followee, length))
            feed.sort(reverse=True)
    return feed[:length]
