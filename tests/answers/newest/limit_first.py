# wrong: limit_first
#
# The table holds (1, t1), (1, t2). Asked is the newest tweet of the authors [1].
#
# Yours gave t1; expected was t2.
#
# …


def newest(table, authors, before, limit):
    page = []
    for place in range(len(table)):
        author, tweet = table[place]
        if author in authors and (before is None or tweet < before):
            page.append(tweet)
        if len(page) == limit:
            break
    return sorted(page, reverse=True)
