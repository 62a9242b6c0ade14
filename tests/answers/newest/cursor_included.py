# wrong: cursor_included


def newest(table, authors, before, limit):
    if before is not None:
        before = before + 1
    found = []
    for author in authors:
        for place in range(table.end(author, 1), table.end(author, before)):
            found.append(table[place][1])
    found.sort(reverse=True)
    return found[:limit]
