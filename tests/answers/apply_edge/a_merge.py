# right

import heapq


def apply_edge(feed, latest, event, newest_of, length):
    author = event.followee
    if author in latest and latest[author] >= event.position:
        return feed
    latest.update({author: event.position})
    if event.kind != "follow":
        return [row for row in feed if row[1] != author]
    page = []
    for row in heapq.merge(feed, newest_of(author, length), reverse=True):
        if len(page) == length:
            break
        if not page or page[-1] != row:
            page.append(row)
    return page
