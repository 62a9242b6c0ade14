# wrong
#
# …
#
# Your function gave (). Asked for was a list, and this is a tuple.


def newest(table, authors, before, limit):
    heads = []
    for author in authors:
        place = table.end(author, before) - 1
        while place >= 0 and table[place][0] == author and len(heads) < 10**6:
            heads.append(table[place][1])
            place -= 1
    return tuple(sorted(heads, reverse=True)[:limit])
