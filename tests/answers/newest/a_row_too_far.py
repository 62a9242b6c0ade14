# error


def newest(table, authors, before, limit):
    ids = []
    for author in authors:
        place = table.end(author, before)
        while table[place][0] == author:
            ids.append(table[place][1])
            place -= 1
    return sorted(ids, reverse=True)[:limit]
