# wrong: unfollow_leaves_no_note


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, -1):
        return feed
    if event.kind == "unfollow":
        return [(tweet_id, author) for tweet_id, author in feed if author != event.followee]
    latest[event.followee] = event.position
    rows = set(feed + newest_of(event.followee, length))
    return sorted(rows, reverse=True)[:length]
