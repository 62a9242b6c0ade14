# wrong


def newest(table, authors, before, limit):
    places = [(author, table.end(author, before) - 1) for author in authors]
    ids = [table[p][1] for author, p in places if p >= 0 and table[p][0] == author]
    return sorted(ids, reverse=True)[:limit]
