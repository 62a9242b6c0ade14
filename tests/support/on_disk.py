"""Systems in a directory, small enough to be opened again and again, and batches for all of their shards."""

from __future__ import annotations

from typing import Any

from support.plain import Plain

import twitterlab as tl

USERS = 12
SETTINGS: dict[str, dict[str, Any]] = {
    "SingleTable": {},
    "FollowerIndex": {},
    "ReadReplicas": {"replicas": 2},
    "UserShards": {"shards": 3},
    "TweetCache": {"shards": 3, "cache_tweets": 16},
    "PrecomputedFeeds": {"shards": 3, "cache_tweets": 16, "feed_length": 10},
    "HybridFeeds": {"shards": 3, "cache_tweets": 16, "feed_length": 10, "threshold": 4},
}


def open_system(stage: str, directory: str, graph: tl.FollowGraph | None = None, **more: Any) -> Any:
    """The stage in its directory, under a clock that stands still, so that IDs grow by what is stored alone."""
    return getattr(tl, stage)(graph, directory, tl.ManualClock(), **{**SETTINGS[stage], **more})


def batch_of(tag: str) -> list[tuple[int, str]]:
    """A batch for all shards."""
    return [(author, f"{tag} {author}") for author in range(USERS)]


def rows_of_batch(model: Plain, tag: str) -> int:
    """How many rows of a batch are stored, of which there must be all or none."""
    return sum(tweet.text.startswith(f"{tag} ") for tweet in model.tweets.values())
