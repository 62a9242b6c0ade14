# wrong: any


def newest(table, authors, before, limit):
    found = [table[p][1] for a in authors for p in range(table.end(a, 1), table.end(a, before))]
    return found[::-1][:limit]
