# right

from heapq import heapify, heappop, heappush


def newest(table, authors, before, limit):
    heads = []
    for author in authors:
        place = table.end(author, before) - 1
        if place >= 0:
            owner, tweet_id = table[place]
            if owner == author:
                heads.append((-tweet_id, place, author))
    heapify(heads)
    ids = []
    while heads and len(ids) < limit:
        negative, place, author = heappop(heads)
        ids.append(-negative)
        if place > 0 and len(ids) < limit:
            owner, tweet_id = table[place - 1]
            if owner == author:
                heappush(heads, (-tweet_id, place - 1, author))
    return ids
