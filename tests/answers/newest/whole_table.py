# over budget: whole_table


def newest(table, authors, before, limit):
    wanted = set(authors)
    ids = [tweet for author, tweet in table if author in wanted and (before is None or tweet < before)]
    return sorted(ids, reverse=True)[:limit]
