# over budget: whole_runs


def newest(table, authors, before, limit):
    ids = []
    for author in authors:
        place = table.end(author, before) - 1
        while place >= 0 and table[place][0] == author:
            ids.append(table[place][1])
            place -= 1
    ids.sort(reverse=True)
    return ids[:limit]
