# wrong
#
# …
#
# …

import heapq


def newest(table, authors, before, limit):
    runs = []
    for author in filter(None, authors):
        runs.append(run_of(table, author, table.end(author, before) - 1))
    page = []
    for number in heapq.merge(*runs, reverse=True):
        if len(page) == limit:
            break
        page.append(number)
    return page


def run_of(table, author, place):
    while place >= 0 and table[place][0] == author:
        yield table[place][1]
        place -= 1
