"""Which tweets the pages of a workload look up, and what a cache of any policy makes of it; for lesson 05.

Curves over many cache sizes need thousands of pages. So the lookups are worked out once from the stream of events
alone, with tweets numbered in the order of their posting, and played through an eviction policy outside of any system;
`tests/classroom/lesson/test_panel_caches.py` holds lookups, hits, misses and shard requests to those of a real
`TweetCache`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Tweet, Users
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.store.sharding import placement, shard_of
from twitterlab.parts.store.shards import DEFAULT_SHARDS
from twitterlab.stages.tweet_cache import TweetCache
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import lecture
from twitterlab.workloads.streams import Event

STORED, EVENTS, SEED, SKEW = 10_000, 3_000, 7, 0.8
FULL = 21  # lookups of a page of twenty: one more tells whether the feed goes on
POSTS_ALONE: dict[str, Any] = dict.fromkeys(
    ("pages_per_post", "follows_per_post", "unfollows_per_post", "deletes_per_post"), 0.0
)

Cells = NDArray[np.int64]


class NumberCache(Protocol):
    """What is asked of an eviction policy here: whether a tweet's number is cached, and to cache it."""

    def get(self, key: int) -> bool | None: ...
    def put(self, key: int, value: bool) -> None: ...


CachePolicy = Callable[[int], NumberCache]


class Lookups(NamedTuple):
    """The lookups of each page, newest tweet first, and what is known of pages and tweets; times in Unix ms."""

    pages: list[list[int]]  # tweet numbers, at most 21 a page
    at_ms: Cells  # shape (pages,)
    finding: Cells  # shape (pages,): the shard requests that find a page's IDs, whatever is cached
    posted_ms: Cells  # shape (tweets,)
    shard: list[int]  # where each tweet is kept


class CacheOutcome(NamedTuple):
    """What a cache made of full pages: shares of their lookups and of themselves, and a mean."""

    hits: float  # the share of lookups that were hits
    whole: float  # the share of pages without a miss
    fetching: float  # shard requests a page that fetch what is missing


def posts_then_mix(
    graph: FollowGraph, skew: float = SKEW, stored: int = STORED, events: int = EVENTS
) -> tuple[list[Event], list[Event]]:
    """The posts of the days before, and then some hours of the lecture's mix, in which nobody deletes.

    `skew` is the Zipf exponent of who writes; the most followed write most.
    """
    before = lecture(graph, stored, SEED, correlation=1.0, writer_skew=skew, **POSTS_ALONE)
    mix: dict[str, Any] = {"correlation": 1.0, "writer_skew": skew, "deletes_per_post": 0.0}
    return before, lecture(graph, events, SEED + 1, start_ms=before[-1].at_ms, **mix)


@lru_cache(8)
def page_lookups(graph: FollowGraph, skew: float = SKEW, stored: int = STORED, events: int = EVENTS) -> Lookups:
    """The lookups of every page of `posts_then_mix` with the same arguments, on four shards; O(tweets) a page."""
    before, after = posts_then_mix(graph, skew, stored, events)
    posts = [event for event in (*before, *after) if event.kind == "post"]
    authors = np.array([event.user for event in posts])
    places = placement(shard_of, graph.users, DEFAULT_SHARDS)
    follows, visible = FollowCopy(graph), len(before)
    pages, at_ms, finding = [], [], []
    for event in after:
        if event.kind == "post":
            visible += 1
        elif event.kind == "feed":
            followees = follows.followees(event.user)
            pages.append(newest_numbers(authors[:visible], followees, graph.users))
            at_ms.append(event.at_ms)
            finding.append(1 + len(np.bincount(places[followees]).nonzero()[0]))
        else:
            change = follows.add_follow if event.kind == "follow" else follows.remove_follow
            change(event.user, event.other)
    posted_ms = np.array([event.at_ms for event in posts])
    return Lookups(pages, np.array(at_ms), np.array(finding), posted_ms, places[authors].tolist())


def newest_numbers(authors: Cells, followees: Users, users: int) -> list[int]:
    """The numbers of the newest 21 tweets by these followees, newest first; `authors[n]` wrote tweet n."""
    wanted = np.zeros(users, bool)
    wanted[followees] = True
    numbers: list[int] = np.flatnonzero(wanted[authors])[-FULL:][::-1].tolist()
    return numbers


def play_lookups(pages: Iterable[list[int]], cache: NumberCache) -> list[list[int]]:
    """What each page misses, in its order, when all of them go through this cache one after the other."""
    return [missed_of_page(page, cache) for page in pages]


def missed_of_page(page: list[int], cache: NumberCache) -> list[int]:
    """What one page misses; it is in the cache afterwards."""
    get, put = cache.get, cache.put
    missed = [number for number in page if get(number) is None]
    for number in missed:
        put(number, True)
    return missed


@lru_cache(512)
def policy_outcome(graph: FollowGraph, rule: CachePolicy, size: int, skew: float = SKEW) -> CacheOutcome:
    """What a cache of this policy and size makes of the lookups of `posts_then_mix(graph, skew)`."""
    asked = page_lookups(graph, skew)
    return warm_outcome(asked, play_lookups(asked.pages, rule(size)))


def warm_outcome(asked: Lookups, missed: list[list[int]]) -> CacheOutcome:
    """What was measured on the full pages of the second half, the cache being warm by then."""
    half = len(asked.pages) // 2
    pairs = zip(asked.pages[half:], missed[half:], strict=True)
    full = [missing for page, missing in pairs if len(page) == FULL]
    lost = sum(map(len, full))
    requests = sum(fetch_requests(asked, missing) for missing in full)
    pages = max(len(full), 1)
    return CacheOutcome(1 - lost / (FULL * pages), sum(not missing for missing in full) / pages, requests / pages)


def fetch_requests(asked: Lookups, missing: list[int]) -> int:
    """The shard requests that fetch what a page misses: one to each shard that keeps any of it."""
    return len({asked.shard[number] for number in missing})


def warm_up_cache(system: TweetCache, pages: Sequence[Sequence[int]], tweets: Sequence[Tweet]) -> None:
    """Let a system's own cache live through the lookups of these pages; `tweets` are those that the numbers name."""
    by_id = {tweet.id: tweet for tweet in tweets}
    for page in pages:
        system.hydration.cache.get_many([tweets[n].id for n in page], lambda ids: [by_id[i] for i in ids])
