# over budget: reads_first


def apply_edge(feed, latest, event, newest_of, length):
    theirs = newest_of(event.followee, length)
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return sorted(set(feed + theirs), reverse=True)[:length]
