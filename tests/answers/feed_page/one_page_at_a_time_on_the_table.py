# wrong
#
# …While a shard answers, the first page of another reader is made, who follows user 1 alone.
#
# …

table = []


def feed_page(shards, places, followees, cursor, limit):
    table.clear()
    living = {}
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    for number, authors in living.items():
        table.extend(shards[number].newest(authors, cursor, limit + 1))
    table.sort(reverse=True)
    return table[:limit], table[limit - 1] if len(table) > limit else None
