"""Stage 6: feeds are computed when a tweet is written, so that reading one is a lookup."""

from __future__ import annotations

from collections.abc import Callable

from twitterlab.clock import Clock
from twitterlab.parts.cache.tweet_cache import LRU
from twitterlab.parts.cache.tweet_cache import EvictionPolicy as Eviction
from twitterlab.parts.feeds.policy import push_all
from twitterlab.parts.store.sharding import MergeStreams, ShardRule, merge_newest, shard_of
from twitterlab.stages.base import DirectoryPath
from twitterlab.stages.fanned_out import FannedOut
from twitterlab.workloads.graph import FollowGraph


class PrecomputedFeeds(FannedOut):
    """Every tweet is delivered to the feeds of its author's followers who were active in the last `active_days` days.

    A warm page is one lookup in the feed cache, and reads no rows while its tweets are in the tweet cache; a post costs
    one delivery for each active follower. Before `drain`, posts, follows and unfollows show once the workers have come
    to them. A page below the newest `feed_length` tweets, and the first one of a returning user, costs what it costs
    at stage 5. Past `backlog` waiting messages, a writer handles some itself; a message that fails `attempts` times is
    set aside.

    The newest `cache_tweets` tweets are at hand in columns from their post on. With `fast_paths=False` all is done one
    message and one tweet at a time, and tweets are cached when they are first read: the same answers, easier to follow.
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
            policy=push_all,
            counting=counting,
            fast_paths=fast_paths,
        )
