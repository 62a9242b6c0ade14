"""Stage 7: the tweets of celebrities are not fanned out; they are pulled and merged when a feed is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twitterlab.checks import setting
from twitterlab.clock import Clock
from twitterlab.parts.cache.tweet_cache import LRU
from twitterlab.parts.cache.tweet_cache import Policy as Eviction
from twitterlab.parts.feeds.policy import Policy, follower_threshold
from twitterlab.parts.store.sharding import Merge, ShardRule, merge_newest, merged, shard_of
from twitterlab.parts.store.shards import Key
from twitterlab.stages.base import Path_
from twitterlab.stages.fanned_out import FannedOut
from twitterlab.workloads.graph import FollowGraph


class HybridFeeds(FannedOut):
    """Authors with at least `threshold` followers are pulled, all others pushed; `policy` may say otherwise.

    A warm page is one lookup for the feed and one for each celebrity that the reader follows, and no rows read. The
    plain way merges at most limit + celebrities tweets, as lazily as it can; the fast one takes the newest few of each
    celebrity and sorts once. A celebrity's post costs no deliveries. What may be late before `drain`, what a cold or
    deep page costs, and what `fast_paths` are, is as at stage 6.
    """

    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: Path_ | None = None,
        clock: Clock | None = None,
        *,
        shards: int | None = None,
        shard_of: ShardRule = shard_of,
        merge: Merge = merge_newest,
        cache_tweets: int = 100_000,
        cache: Callable[[int], Eviction] = LRU,
        feed_length: int = 100,
        active_days: float = 30,
        backlog: int = 100_000,
        attempts: int = 3,
        threshold: int = 10_000,
        policy: Policy | None = None,
        counting: bool = True,
        fast_paths: bool = True,
    ) -> None:
        super().__init__(
            graph,
            path,
            clock,
            shards=shards,
            shard_of=shard_of,
            merge=merge,
            cache_tweets=cache_tweets,
            cache=cache,
            feed_length=feed_length,
            active_days=active_days,
            backlog=backlog,
            attempts=attempts,
            policy=policy or follower_threshold(setting("threshold", threshold, 0)),
            counting=counting,
            fast_paths=fast_paths,
        )

    def _keys(self, reader: int, before: int | None, limit: int) -> Iterator[Key]:
        celebrities = self.fanout.reading.pulled_authors(reader, before)
        self._counters.add(pulls=len(celebrities))
        pulled = [self.fanout.reading.pulled(author, reader, before, limit) for author in celebrities]
        keys = merged(self._merge, [self.fanout.reading.pushed(reader, before, limit), *pulled], self._counters)
        return (Key._make(key) for key in keys)
