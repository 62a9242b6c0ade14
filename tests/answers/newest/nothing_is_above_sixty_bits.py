# wrong
#
# …IDs are as large as they get…
#
# Yours gave nothing; expected was …

import heapq


def newest(table, authors, before, limit):
    def down(author):
        place = table.end(author, before or 1 << 61) - 1
        while place >= 0 and table[place][0] == author:
            yield table[place][1]
            place -= 1

    merged, page = heapq.merge(*map(down, authors), reverse=True), []
    while len(page) < limit and (number := next(merged, None)):
        page.append(number)
    return page
