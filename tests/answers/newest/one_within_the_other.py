# error
#
# The table holds …3,000 rows…
#
# …
#
# RecursionError…


def newest(table, authors, before, limit):
    def merged(places, room):
        there = [place for place in places if place >= 0]
        if not there or not room:
            return []
        place = max(there, key=lambda one: table[one][1])
        author, number = table[place]
        others = [one for one in there if one != place]
        before_it = [place - 1] if place and table[place - 1][0] == author else []
        return [number, *merged(others + before_it, room - 1)]

    ends = [(author, table.end(author, before) - 1) for author in authors]
    return merged([place for author, place in ends if place >= 0 and table[place][0] == author], limit)
