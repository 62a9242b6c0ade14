# wrong: neighbours


def newest(table, authors, before, limit):
    found = set()
    for author in authors:
        end = table.end(author, before)
        for place in range(max(0, end - limit), end):
            found.add(table[place][1])
    return sorted(found, reverse=True)[:limit]
