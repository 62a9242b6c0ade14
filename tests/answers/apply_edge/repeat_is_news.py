# wrong: repeat_is_news


def apply_edge(feed, latest, event, newest_of, length):
    have, author = list(feed), event.followee
    if event.kind == "follow" and event.position >= latest.get(author, 0):
        have = sorted({*feed, *newest_of(author, length)}, reverse=True)
    if event.kind == "unfollow" and event.position > latest.get(author, 0):
        have = [row for row in feed if row[1] != author]
    latest[author] = max(event.position, latest.get(author, 0))
    return have[:length]
