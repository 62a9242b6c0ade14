# right


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return list(feed)
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return list(filter(lambda row: row[1] != event.followee, feed))
    theirs = newest_of(event.followee, length)
    known = {tweet_id for tweet_id, _ in theirs}
    merged = theirs + [row for row in feed if row[0] not in known]
    merged.sort(key=lambda row: row[0], reverse=True)
    return merged[:length]
