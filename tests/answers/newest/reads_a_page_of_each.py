# over budget: whole_runs


def newest(table, authors, before, limit):
    ids = []
    for author in authors:
        place = table.end(author, before) - 1
        for _ in range(limit):
            if place < 0 or table[place][0] != author:
                break
            ids.append(table[place][1])
            place -= 1
    return sorted(ids, reverse=True)[:limit]
