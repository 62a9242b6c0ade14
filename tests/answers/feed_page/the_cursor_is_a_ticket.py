# error
#
# …Each page is asked of another process.
#
# …
#
# KeyError…

from collections import defaultdict

places_of_tickets = {None: None}


def feed_page(shards, places, followees, cursor, limit):
    before, homes = places_of_tickets[cursor], defaultdict(list)
    for followee in followees:
        homes[places[followee]].append(followee)
    ids = sorted((one for n, who in homes.items() for one in shards[n].newest(who, before, limit + 1)), reverse=True)
    if len(ids) <= limit:
        return ids, None
    ticket = len(places_of_tickets)
    places_of_tickets[ticket] = ids[limit - 1]
    return ids[:limit], ticket
