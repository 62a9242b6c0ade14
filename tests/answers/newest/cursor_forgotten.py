# wrong: cursor_forgotten


def newest(table, authors, before, limit):
    ids = [tweet for author, tweet in table if author in authors]
    return sorted(ids, reverse=True)[:limit]
