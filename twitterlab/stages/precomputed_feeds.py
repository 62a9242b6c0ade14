"""Stage 6: feeds are computed when a tweet is written, so that reading one is a lookup."""

from __future__ import annotations

from typing import Unpack

from twitterlab.clock import Clock
from twitterlab.parts.feeds.policy import push_all
from twitterlab.stages.base import DirectoryPath
from twitterlab.stages.fanned_out import FannedOut
from twitterlab.stages.settings import FeedSettings, takes_settings
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

    @takes_settings(FeedSettings)
    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        **settings: Unpack[FeedSettings],
    ) -> None:
        super().__init__(graph, path, clock, settings, push_all)
