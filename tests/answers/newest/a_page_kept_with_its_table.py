# wrong
#
# …The same was asked of it before, when t1 was not posted yet.
#
# Yours gave nothing; expected was t1.

kept = {}


def newest(table, authors, before, limit):
    question = table, *authors, before, limit
    if question not in kept:
        kept[question] = page(table, authors, before, limit)
    return list(kept[question])


def page(table, authors, before, limit):
    places = [place for author in authors for place in [table.end(author, before) - 1] if is_by(table, place, author)]
    found = []
    while places and len(found) < limit:
        place = max(places, key=lambda one: table[one][1])
        author, number = table[place]
        found.append(number)
        places.remove(place)
        places += [place - 1] * is_by(table, place - 1, author)
    return found


def is_by(table, place, author):
    return place >= 0 and table[place][0] == author
