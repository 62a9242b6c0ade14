# wrong
#
# …Here IDs are as long…
#
# Yours gave nothing; expected was t1.

import heapq


def newest(table, authors, before, limit):
    top = before or 1_000_000
    waiting = []

    def look(place, author):
        if place >= 0 and table[place][0] == author:
            heapq.heappush(waiting, (-table[place][1], place, author))

    for author in authors:
        look(table.end(author, top) - 1, author)
    page = []
    while waiting and len(page) < limit:
        negative, place, author = heapq.heappop(waiting)
        page.append(-negative)
        look(place - 1, author)
    return page
