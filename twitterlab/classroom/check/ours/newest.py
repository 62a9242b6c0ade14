# Made by `make exercises` from solutions/02_follower_index.ipynb: change it there.
import heapq


def newest(table, authors, before, limit):
    """The IDs of the newest `limit` tweets of these authors below `before`, newest first."""
    waiting = []  # the newest row of each author that is not on the page yet: (minus its ID, its place, its author)

    def look(place, author):
        """Let the row at a place wait, if it is this author's."""
        if place >= 0:
            owner, tweet_id = table[place]
            if owner == author:
                heapq.heappush(waiting, (-tweet_id, place, author))

    for author in authors:
        look(table.end(author, before) - 1, author)
    page = []
    while waiting and len(page) < limit:
        minus_id, place, author = heapq.heappop(waiting)
        page.append(-minus_id)
        look(place - 1, author)  # the same author's row before it; nobody else's can have changed
    return page
