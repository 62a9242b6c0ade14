"""Stage 7: the tweets of celebrities are not fanned out; they are pulled and merged when a feed is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twitterlab.checks import valid_setting
from twitterlab.clock import Clock
from twitterlab.parts.cache.tweet_cache import LRU
from twitterlab.parts.cache.tweet_cache import EvictionPolicy as Eviction
from twitterlab.parts.feeds.policy import PushPullPolicy, follower_threshold
from twitterlab.parts.store.sharding import MergeStreams, ShardRule, merge_counted, merge_newest, shard_of
from twitterlab.parts.store.shards import TweetKey
from twitterlab.stages.base import DirectoryPath
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
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        *,
        shards: int | None = None,
        shard_of: ShardRule = shard_of,
        merge: MergeStreams = merge_newest,
        cache_tweets: int = 100_000,
        cache: Callable[[int], Eviction] = LRU,
        feed_length: int = 100,
        active_days: float = 30,
        backlog: int = 100_000,
        attempts: int = 3,
        threshold: int = 10_000,
        policy: PushPullPolicy | None = None,
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
            policy=policy or follower_threshold(valid_setting("threshold", threshold, 0)),
            counting=counting,
            fast_paths=fast_paths,
        )

    def _page_keys(self, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        celebrities = self.fanout.reading.pulled_authors(reader, before)
        self._counters.add(pulls=len(celebrities))
        pulled = [self.fanout.reading.pulled_keys(author, reader, before, limit) for author in celebrities]
        keys = merge_counted(
            self._merge, [self.fanout.reading.pushed_keys(reader, before, limit), *pulled], self._counters
        )
        return (TweetKey._make(key) for key in keys)
