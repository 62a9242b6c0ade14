"""The fourteen parts of the capstone as a good learner may write them: short, plain, and each by itself."""

from __future__ import annotations

from bisect import insort
from hashlib import blake2b
from heapq import heapify, heappop, heappush, merge
from itertools import islice

from twitterlab.classroom.capstone.parts import Parts

feed_sql = """
SELECT t.id, t.author, t.text
FROM follows f JOIN tweets t ON t.author = f.followee
WHERE f.follower = $reader AND t.id < $before
ORDER BY t.id DESC LIMIT $limit
"""

layout = [
    "CREATE TABLE sorted_follows AS FROM follows ORDER BY follower, followee",
    "DROP TABLE follows",
    "ALTER TABLE sorted_follows RENAME TO follows",
    "CREATE INDEX follows_by_follower ON follows (follower)",
    "CREATE INDEX tweets_by_author ON tweets (author)",
    "CREATE INDEX tweets_by_id ON tweets (id)",
]


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


def apply_log(position, entries, apply):
    for number, change in sorted(entries, key=lambda entry: entry[0]):
        if number == position + 1:
            apply(change)
            position = number
    return position


def choose_replica(positions, at_least, turn):
    for step in range(len(positions)):
        index = (turn + step) % len(positions)
        if positions[index] >= at_least:
            return index
    return None


def shard_of(user, shards):
    def weight(shard):
        return blake2b(f"{user} on {shard}".encode()).digest()

    return max(range(shards), key=weight)


def merge_newest(sources):
    return merge(*sources, key=lambda row: row[0], reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    ids = []
    for shard, authors in homes.items():
        ids += shards[shard].newest(authors, cursor, limit + 1)
    ids.sort(reverse=True)
    return ids[:limit], ids[limit - 1] if len(ids) > limit else None


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}

    def get(self, key):
        if key not in self.kept:
            return None
        value = self.kept.pop(key)
        self.kept[key] = value
        return value

    def put(self, key, value):
        self.kept.pop(key, None)
        self.kept[key] = value
        while len(self.kept) > self.capacity:
            del self.kept[next(iter(self.kept))]

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept


def hydrate(keys, cache, shards):
    found, missing = {}, {}
    for tweet_id, shard in keys:
        tweet = cache.get(tweet_id)
        if tweet is None:
            missing.setdefault(shard, []).append(tweet_id)
        else:
            found[tweet_id] = tweet
    for shard, ids in missing.items():
        for tweet in shards[shard].tweets(ids):
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]


def deliver(tweet_id, followers, active, feeds, length):
    took = 0
    for reader in followers:
        if reader not in active:
            continue
        feed = feeds.setdefault(reader, [])
        if tweet_id in feed:
            continue
        insort(feed, tweet_id, key=lambda one: -one)
        del feed[length:]
        took += tweet_id in feed
    return took


def apply_edge(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    kept = [entry for entry in feed if entry[1] != event.followee]
    if event.kind == "follow":
        kept = sorted([*kept, *newest_of(event.followee, length)], reverse=True)
    return kept[:length]


def hybrid_page(pushed, timelines, rules, limit):
    def is_pulled(row):
        tweet_id, author = row
        held = [rule for from_id, rule in rules.get(author, []) if from_id <= tweet_id]
        return bool(held) and held[-1] == "pull"

    pulled = [filter(is_pulled, timeline) for timeline in timelines.values()]
    merged = merge(pushed, *pulled, key=lambda row: row[0], reverse=True)
    return [tweet_id for tweet_id, _ in islice(merged, limit)]


def push_edge(posts, views, followers, push, pull):
    return posts * push <= views * pull


PARTS = Parts(
    feed_sql,
    layout,
    newest,
    apply_log,
    choose_replica,
    shard_of,
    merge_newest,
    feed_page,
    LRU,
    hydrate,
    deliver,
    apply_edge,
    hybrid_page,
    push_edge,
)
