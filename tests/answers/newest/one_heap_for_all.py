# wrong
#
# …Before look number 1 at the table, a row or a lookup, another reader asks the same of another table…
#
# Yours gave t1001, t3; expected was t3, t2.

import heapq

waiting = []


def newest(table, authors, before, limit):
    waiting.clear()
    for author in authors:
        wait(table, table.end(author, before) - 1, author)
    page = []
    while waiting and len(page) < limit:
        negative, place, author = heapq.heappop(waiting)
        page.append(-negative)
        wait(table, place - 1, author)
    return page


def wait(table, place, author):
    if place >= 0 and table[place][0] == author:
        heapq.heappush(waiting, (-table[place][1], place, author))
