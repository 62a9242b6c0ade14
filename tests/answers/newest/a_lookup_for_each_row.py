# right


def newest(table, authors, before, limit):
    def head(author, below):
        place = table.end(author, below) - 1
        owner, tweet = table[place] if place >= 0 else (None, None)
        return tweet if owner == author else None

    heads = {author: head(author, before) for author in authors}
    page = []
    while len(page) < limit and any(heads.values()):
        author = max(heads, key=lambda one: heads[one] or 0)
        page.append(heads[author])
        heads[author] = head(author, heads[author])
    return list(page)
