# wrong: author_by_author


def newest(table, authors, before, limit):
    page = []
    for author in authors:
        place = table.end(author, before) - 1
        while place >= 0 and table[place][0] == author and len(page) < limit:
            page.append(table[place][1])
            place -= 1
    return page
