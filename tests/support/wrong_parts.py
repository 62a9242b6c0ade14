"""Wrong variants of the capstone's parts: one mistake each, such as learners make, by part and by name."""

from __future__ import annotations

from bisect import insort
from heapq import merge
from itertools import chain, count, islice

from support import reference_parts as right

# feed_sql


FEED_SQL = {
    "includes the cursor's own tweet": right.feed_sql.replace("t.id < $before", "t.id <= $before"),
    "has no limit": right.feed_sql.replace(" LIMIT $limit", ""),
    "oldest first": right.feed_sql.replace("t.id DESC", "t.id"),
    "asks for followers": right.feed_sql.replace("t.author = f.followee", "t.author = f.follower").replace(
        "f.follower = $reader", "f.followee = $reader"
    ),
    "of everybody": "SELECT id, author, text FROM tweets WHERE id < $before AND author <> $reader "
    "ORDER BY id DESC LIMIT $limit",
}

# layout

LAYOUT = {
    "no index": [],
    "no index by author": right.layout[:4] + right.layout[5:],
    "no index by id": right.layout[:5],
    "by followee": ["CREATE INDEX i ON follows (followee)", *right.layout[4:]],
    "loses the rows": ["DELETE FROM follows", *right.layout[3:]],
    "drops a table": ["DROP TABLE tweets", *right.layout[3:4]],
}

# newest


def newest_includes_the_cursor(table, authors, before, limit):
    return right.newest(table, authors, None if before is None else before + 1, limit)


def newest_of_each(table, authors, before, limit):
    return [tweet for author in authors for tweet in right.newest(table, [author], before, limit)][:limit]


def newest_reads_on_into_the_next_author(table, authors, before, limit):
    ids = []
    for author in authors:
        end = table.end(author, before)
        ids += [table[place][1] for place in range(max(end - limit, 0), end)]
    return sorted(ids, reverse=True)[:limit]


def newest_reads_all(table, authors, before, limit):
    rows = [table[place] for place in range(len(table))]
    ids = [tweet for author, tweet in rows if author in set(authors) and (before is None or tweet < before)]
    return sorted(ids, reverse=True)[:limit]


def newest_reads_each_to_the_limit(table, authors, before, limit):
    ids = []
    for author in authors:
        end = table.end(author, before)
        for place in range(end - 1, max(end - limit, 0) - 1, -1):
            owner, tweet = table[place]
            if owner != author:
                break
            ids.append(tweet)
    return sorted(ids, reverse=True)[:limit]


NEWEST = {
    "includes the cursor's own tweet": newest_includes_the_cursor,
    "the first author's first": newest_of_each,
    "reads on into the next author": newest_reads_on_into_the_next_author,
    "reads all rows": newest_reads_all,
    "reads each author to the limit": newest_reads_each_to_the_limit,
}

# apply_log


def apply_as_it_comes(position, entries, apply):
    for number, change in entries:
        apply(change)
        position = max(position, number)
    return position


def apply_over_gaps(position, entries, apply):
    for number, change in sorted(entries, key=lambda entry: entry[0]):
        if number > position:
            apply(change)
            position = number
    return position


def apply_until_the_first_surprise(position, entries, apply):
    for number, change in entries:
        if number != position + 1:
            break
        apply(change)
        position = number
    return position


def apply_and_forget(position, entries, apply):
    right.apply_log(position, entries, apply)
    return position


def apply_nothing(position, entries, apply):
    return max([position, *(number for number, _ in entries)])


APPLY_LOG = {
    "applies whatever comes": apply_as_it_comes,
    "passes over gaps": apply_over_gaps,
    "gives the old position": apply_and_forget,
    "applies nothing": apply_nothing,
}

# choose_replica


def choose_the_next(positions, at_least, turn):
    return turn % len(positions) if positions else None


def choose_the_leader(positions, at_least, turn):
    return None


def choose_the_first(positions, at_least, turn):
    return next((index for index, position in enumerate(positions) if position >= at_least), None)


def choose_one_position_early(positions, at_least, turn):
    return right.choose_replica(positions, at_least - 1, turn)


CHOOSE_REPLICA = {
    "does not look how far it is": choose_the_next,
    "always the leader": choose_the_leader,
    "always the first": choose_the_first,
    "one position early": choose_one_position_early,
}

# shard_of

calls = count()


def shard_in_turn(user, shards):
    return next(calls) % shards


SHARD_OF = {
    "the remainder": lambda user, shards: user % shards,
    "all on one": lambda user, shards: 0,
    "one too many": lambda user, shards: right.shard_of(user, shards) + 1,
    "in turn": shard_in_turn,
}

# merge_newest


def merge_all_at_once(sources):
    return iter(sorted(chain(*sources), reverse=True))


def merge_in_turn(sources):
    lists = [list(source) for source in sources]
    return (source[n] for n in range(max(map(len, lists), default=0)) for source in lists if n < len(source))


MERGE_NEWEST = {
    "oldest first": lambda sources: merge(*(reversed(list(source)) for source in sources)),
    "one after the other": lambda sources: chain(*sources),
    "in turn": merge_in_turn,
    "reads all first": merge_all_at_once,
}

# feed_page


def page_of_all_shards(shards, places, followees, cursor, limit):
    ids = sorted(chain(*(shard.newest(followees, cursor, limit + 1) for shard in shards)), reverse=True)
    return ids[:limit], ids[limit - 1] if len(ids) > limit else None


def page_a_followee(shards, places, followees, cursor, limit):
    asked = (shards[places[followee]].newest([followee], cursor, limit + 1) for followee in followees)
    ids = sorted(chain(*asked), reverse=True)
    return ids[:limit], ids[limit - 1] if len(ids) > limit else None


def page_never_ends(shards, places, followees, cursor, limit):
    ids, _ = right.feed_page(shards, places, followees, cursor, limit)
    return ids, ids[-1] if ids else None


def page_ends_early(shards, places, followees, cursor, limit):
    return right.feed_page(shards, places, followees, cursor, limit)[0], None


def page_skips_one(shards, places, followees, cursor, limit):
    ids, _ = right.feed_page(shards, places, followees, cursor, limit + 1)
    return ids[:limit], ids[limit] if len(ids) > limit else None


def page_by_offset(shards, places, followees, cursor, limit):
    skip = cursor or 0
    ids, more = right.feed_page(shards, places, followees, None, skip + limit)
    return ids[skip:], skip + limit if more else None


FEED_PAGE = {
    "asks every shard": page_of_all_shards,
    "a request a followee": page_a_followee,
    "never ends": page_never_ends,
    "ends early": page_ends_early,
    "skips a tweet": page_skips_one,
}

# LRU


class FIFO(right.LRU):
    def get(self, key):
        return self.kept.get(key)


class Hoard(right.LRU):
    def put(self, key, value):
        self.kept[key] = value


class Blind(right.LRU):
    def get(self, key):
        return None


class MRU(right.LRU):
    def put(self, key, value):
        self.kept.pop(key, None)
        while len(self.kept) >= self.capacity:
            self.kept.popitem()
        self.kept[key] = value


CACHE = {"first in, first out": FIFO, "keeps all": Hoard, "finds nothing": Blind, "the newest leaves": MRU}

# hydrate


def hydrate_one_by_one(keys, cache, shards):
    return list(chain(*(right.hydrate([key], cache, shards) for key in keys)))


def hydrate_without_the_cache(keys, cache, shards):
    found = [tweet for tweet_id, shard in keys for tweet in shards[shard].tweets([tweet_id])]
    return found


def hydrate_hits_first(keys, cache, shards):
    found = [(key, cache.get(key[0])) for key in keys]
    return [tweet for _, tweet in found if tweet] + right.hydrate(
        [key for key, tweet in found if not tweet], cache, shards
    )


def hydrate_and_keep_nothing(keys, cache, shards):
    class Forgetful:
        get = cache.get

        def put(self, key, value):
            pass

    return right.hydrate(keys, Forgetful(), shards)


def hydrate_the_first_shard(keys, cache, shards):
    return right.hydrate([(tweet_id, 0) for tweet_id, _ in keys], cache, shards)


HYDRATE = {
    "one by one": hydrate_one_by_one,
    "without the cache": hydrate_without_the_cache,
    "hits first": hydrate_hits_first,
    "keeps nothing": hydrate_and_keep_nothing,
    "asks one shard": hydrate_the_first_shard,
}

# deliver


def deliver_at_the_top(tweet_id, followers, active, feeds, length):
    took = 0
    for reader in followers:
        if reader in active and tweet_id not in feeds.setdefault(reader, []):
            feeds[reader].insert(0, tweet_id)
            del feeds[reader][length:]
            took += 1
    return took


def deliver_again(tweet_id, followers, active, feeds, length):
    for reader in (reader for reader in followers if reader in active):
        insort(feeds.setdefault(reader, []), tweet_id, key=lambda one: -one)
        del feeds[reader][length:]
    return len(followers)


def deliver_to_all(tweet_id, followers, active, feeds, length):
    return right.deliver(tweet_id, followers, set(followers), feeds, length)


def deliver_without_end(tweet_id, followers, active, feeds, length):
    return right.deliver(tweet_id, followers, active, feeds, 10**9)


def deliver_to_those_with_a_feed(tweet_id, followers, active, feeds, length):
    return right.deliver(tweet_id, [reader for reader in followers if reader in feeds], active, feeds, length)


DELIVER = {
    "at the top": deliver_at_the_top,
    "once more when it comes again": deliver_again,
    "to the inactive too": deliver_to_all,
    "without end": deliver_without_end,
    "not to an empty feed": deliver_to_those_with_a_feed,
}

# apply_edge


def edge_as_it_comes(feed, latest, event, newest_of, length):
    latest.pop(event.followee, None)
    return right.apply_edge(feed, latest, event, newest_of, length)


def edge_without_backfill(feed, latest, event, newest_of, length):
    return right.apply_edge(feed, latest, event, lambda author, limit: [], length)


def edge_without_purge(feed, latest, event, newest_of, length):
    after = right.apply_edge(feed, latest, event, newest_of, length)
    return feed if event.kind == "unfollow" else after


def edge_without_note(feed, latest, event, newest_of, length):
    return right.apply_edge(feed, dict(latest), event, newest_of, length)


def edge_reads_all(feed, latest, event, newest_of, length):
    return right.apply_edge(feed, latest, event, lambda author, limit: newest_of(author, 10 * limit), length)


def edge_fills_up(feed, latest, event, newest_of, length):
    room = max(length - len(feed), 0)
    return right.apply_edge(feed, latest, event, lambda author, limit: newest_of(author, room), length)


def edge_twice(feed, latest, event, newest_of, length):
    if event.position <= latest.get(event.followee, 0):
        return feed
    latest[event.followee] = event.position
    if event.kind == "unfollow":
        return [entry for entry in feed if entry[1] != event.followee]
    return sorted([*feed, *newest_of(event.followee, length)], reverse=True)[:length]


APPLY_EDGE = {
    "whatever its position": edge_as_it_comes,
    "without a backfill": edge_without_backfill,
    "without a purge": edge_without_purge,
    "without a note": edge_without_note,
    "fills up what is free": edge_fills_up,
    "a second time where it is there": edge_twice,
    "reads too much": edge_reads_all,
}

# hybrid_page


def hybrid_by_the_last_rule(pushed, timelines, rules, limit):
    now = {author: [(0, held[-1][1])] for author, held in rules.items()}
    return right.hybrid_page(pushed, timelines, now, limit)


def hybrid_with_repeats(pushed, timelines, rules, limit):
    merged = merge(pushed, *timelines.values(), reverse=True)
    return [tweet for tweet, _ in islice(merged, limit)]


def hybrid_of_sets(pushed, timelines, rules, limit):
    return sorted({tweet for tweet, _ in chain(pushed, *timelines.values())}, reverse=True)[:limit]


def hybrid_of_pushed(pushed, timelines, rules, limit):
    return [tweet for tweet, _ in islice(pushed, limit)]


def hybrid_pushed_first(pushed, timelines, rules, limit):
    ids = [tweet for tweet, _ in islice(pushed, limit)]
    return (ids + right.hybrid_page(iter([]), timelines, rules, limit))[:limit]


HYBRID_PAGE = {
    "by the last rule": hybrid_by_the_last_rule,
    "all of everything": hybrid_with_repeats,
    "reads all": hybrid_of_sets,
    "forgets the pulled": hybrid_of_pushed,
    "pushed first": hybrid_pushed_first,
}

# push_edge

PUSH_EDGE = {
    "the other way round": lambda posts, views, followers, push, pull: posts * push > views * pull,
    "pushes all": lambda posts, views, followers, push, pull: True,
    "pulls all": lambda posts, views, followers, push, pull: False,
    "by followers": lambda posts, views, followers, push, pull: followers < 20,
    "costs exchanged": lambda posts, views, followers, push, pull: posts * pull <= views * push,
    "each post to all": lambda posts, views, followers, push, pull: posts * followers * push <= views * pull,
}

WRONG = {
    "feed_sql": FEED_SQL,
    "layout": LAYOUT,
    "newest": NEWEST,
    "apply_log": APPLY_LOG,
    "choose_replica": CHOOSE_REPLICA,
    "shard_of": SHARD_OF,
    "merge_newest": MERGE_NEWEST,
    "feed_page": FEED_PAGE,
    "LRU": CACHE,
    "hydrate": HYDRATE,
    "deliver": DELIVER,
    "apply_edge": APPLY_EDGE,
    "hybrid_page": HYBRID_PAGE,
    "push_edge": PUSH_EDGE,
}
