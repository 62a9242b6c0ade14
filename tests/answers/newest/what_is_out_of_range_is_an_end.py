# right

import heapq


def newest(table, authors, before, limit):
    def down(author, place):
        try:
            while table[place][0] == author:
                yield table[place][1]
                place -= 1
        except IndexError:
            return

    page = []
    merged = heapq.merge(*[down(author, table.end(author, before) - 1) for author in authors], reverse=True)
    while len(page) < limit:
        number = next(merged, None)
        if number is None:
            break
        page.append(number)
    return page
