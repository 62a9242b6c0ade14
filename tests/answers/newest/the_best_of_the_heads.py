# right
#
# rows read for the second page of 20 from 30 authors: 50, at most 50
#
# …others having posted 100 times as much: 50, at most 50
#
# …


def newest(table, authors, before, limit):
    heads = {}
    for author in authors:
        place = table.end(author, before) - 1
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
