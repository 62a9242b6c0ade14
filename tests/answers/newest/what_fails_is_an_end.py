# wrong
#
# The table holds (1, t1), (1, t3), (2, t2). Asked are the newest 2 tweets of the authors [1, 2]. At look
# number 3 at the table, a row or a lookup, it cannot be read and raises an error. Then the same is asked once more.
#
# Your function gave t2, and the error of the table did not come out of it.

import heapq


def newest(table, authors, before, limit):
    def down(author, place):
        try:
            while table[place][0] == author:
                yield table[place][1]
                place -= 1
        except Exception:
            return

    page = []
    for number in heapq.merge(*[down(author, table.end(author, before) - 1) for author in authors], reverse=True):
        page.append(number)
        if len(page) == limit:
            break
    return page[:limit]
