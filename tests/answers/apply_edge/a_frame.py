# right

import pandas as pd


def apply_edge(feed, latest, event, newest_of, length):
    if latest.get(event.followee, 0) >= event.position:
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    rows = pd.DataFrame([*feed, *newest_of(event.followee, length)], columns=["id", "author"], dtype="int64")
    rows = rows.drop_duplicates("id").nlargest(length, "id")
    return list(rows.itertuples(index=False, name=None))
