# over budget: whole_table

from bisect import bisect_left


def newest(table, authors, before, limit):
    heads = {}
    for author in authors:
        place = bisect_left(table, (author, before or 2**63)) - 1
        if place >= 0 and table[place][0] == author:
            heads[author] = place
    page = []
    while heads and len(page) < limit:
        author = max(heads, key=lambda one: table[heads[one]][1])
        page.append(table[heads[author]][1])
        heads[author] -= 1
        if heads[author] < 0 or table[heads[author]][0] != author:
            del heads[author]
    return page
