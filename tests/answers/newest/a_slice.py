# error
#
# …i is a whole number, and no slice…


def newest(table, authors, before, limit):
    found = [table[p : p + 1][0][1] for a in authors for p in range(table.end(a, 1), table.end(a, before))]
    return sorted(found, reverse=True)[:limit]
