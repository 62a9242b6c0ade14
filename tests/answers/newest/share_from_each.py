# wrong: share_from_each


def newest(table, authors, before, limit):
    share = max(1, limit // max(1, len(authors)))
    found = []
    for author in authors:
        start, end = table.end(author, 1), table.end(author, before)
        found += [table[place][1] for place in range(max(start, end - share), end)]
    return sorted(found)[::-1][:limit]
