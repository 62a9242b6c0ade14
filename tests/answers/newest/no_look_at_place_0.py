# error
#
# …
#
# IndexError: there is no row -1: the table is empty


def newest(table, authors, before, limit):
    ids = []
    for author in authors:
        place = table.end(author, before) - 1
        while table[place][0] == author:
            ids.append(table[place][1])
            place -= 1
    return sorted(ids, reverse=True)[:limit]
