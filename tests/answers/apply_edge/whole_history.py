# over budget: whole_history


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    others = [row for row in feed if row[1] != event.followee]
    if event.kind == "follow":
        others = sorted(others + newest_of(event.followee, 1_000_000), reverse=True)
    return others[:length]
