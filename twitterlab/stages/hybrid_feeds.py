"""Stage 7: the tweets of celebrities are not fanned out; they are pulled and merged when a feed is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from twitterlab.checks import valid_setting
from twitterlab.clock import Clock
from twitterlab.parts.feeds.policy import follower_threshold
from twitterlab.parts.store.sharding import merge_counted
from twitterlab.parts.store.shards import TweetKey
from twitterlab.stages.base import DirectoryPath
from twitterlab.stages.fanned_out import FannedOut
from twitterlab.stages.settings import HybridSettings, takes_settings
from twitterlab.workloads.graph import FollowGraph


class HybridFeeds(FannedOut):
    """Authors with at least `threshold` followers are pulled, all others pushed; `policy` may say otherwise.

    A warm page is one lookup for the feed and one for each celebrity that the reader follows, and no rows read. The
    plain way merges at most limit + celebrities tweets, as lazily as it can; the fast one takes the newest few of each
    celebrity and sorts once. A celebrity's post costs no deliveries. What may be late before `drain`, what a cold or
    deep page costs, and what `fast_paths` are, is as at stage 6.
    """

    @takes_settings(HybridSettings)
    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        **settings: Unpack[HybridSettings],
    ) -> None:
        policy = settings["policy"] or follower_threshold(valid_setting("threshold", settings["threshold"], 0))
        super().__init__(graph, path, clock, settings, policy)

    def _page_keys(self, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        celebrities = self.reading.pulled_authors(reader, before)
        self._counters.add(pulls=len(celebrities))
        pulled = [self.reading.pulled_keys(author, reader, before, limit) for author in celebrities]
        keys = merge_counted(self._merge, [self.reading.pushed_keys(reader, before, limit), *pulled], self._counters)
        return (TweetKey._make(key) for key in keys)
