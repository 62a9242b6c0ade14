# error
#
# …3,000 tweets…
#
# …
#
# RecursionError…


def apply_edge(feed, latest, event, newest_of, length):
    if latest.get(event.followee, 0) >= event.position:
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return both(feed, newest_of(event.followee, length))[:length]


def both(one, two):
    if not one or not two:
        return one or two
    if one[0] == two[0]:
        return both(one, two[1:])
    return [one[0], *both(one[1:], two)] if one[0] > two[0] else [two[0], *both(one, two[1:])]
