# wrong: arrival_is_intent
#
# User 1 posts t1. The feed of user 0 has room for 1 and holds t1. Then user 0 unfollows user 1 (position 1), follows
# user 1 (position 2). The positions arrive in this order: 2, 1.
#
# Yours gave nothing when position 1 arrived; expected was t1.
#
# …


def apply_edge(feed, latest, event, newest_of, length):
    latest[event.followee] = event.position
    if event.kind == "follow":
        rows = set(feed) | set(newest_of(event.followee, length))
        return sorted(rows, reverse=True)[:length]
    return [row for row in feed if row[1] != event.followee]
