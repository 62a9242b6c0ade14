# wrong: one_position_for_all


def apply_edge(feed, latest, event, newest_of, length):
    if latest and event.position <= max(latest.values()):
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
