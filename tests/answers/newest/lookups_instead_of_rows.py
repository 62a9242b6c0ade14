# over budget


def newest(table, authors, before, limit):
    page = []
    while len(page) < limit:
        last = page[-1] if page else before
        rows = [(table.end(author, last) - 1, author) for author in authors]
        ids = [table[place][1] for place, author in rows if place >= 0 and table[place][0] == author]
        if not ids:
            break
        page.append(max(ids))
    return page
