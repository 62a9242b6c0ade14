# over budget: whole_runs
#
# rows read for the first page of 2 from 1 of the authors…

import heapq


def newest(table, authors, before, limit):
    def down(author):
        place = table.end(author, before) - 1
        while place >= 0 and table[place][0] == author:
            yield table[place][1]
            place -= 1

    if len(authors) < 10:
        return sorted((number for author in authors for number in down(author)), reverse=True)[:limit]
    merged, page = heapq.merge(*map(down, authors), reverse=True), []
    while len(page) < limit and (number := next(merged, None)):
        page.append(number)
    return page
