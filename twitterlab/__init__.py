"""twitterlab: a Twitter-sized home timeline in seven stages, to be built, measured and broken on a laptop."""

from twitterlab.clock import Clock, ManualClock, SystemClock
from twitterlab.model import (
    InvalidCursor,
    InvalidFollow,
    InvalidGraph,
    InvalidLimit,
    InvalidTweet,
    Lag,
    NotTheAuthor,
    Page,
    StorageError,
    SystemClosed,
    Timeline,
    Tweet,
    TwitterlabError,
    UnknownMedia,
    UnknownTweet,
    UnknownUser,
)
from twitterlab.stages.follower_index import FollowerIndex
from twitterlab.stages.hybrid_feeds import HybridFeeds
from twitterlab.stages.precomputed_feeds import PrecomputedFeeds
from twitterlab.stages.read_replicas import ReadReplicas
from twitterlab.stages.single_table import SingleTable
from twitterlab.stages.tweet_cache import TweetCache
from twitterlab.stages.user_shards import UserShards
from twitterlab.work import Work
from twitterlab.workers import Workers
from twitterlab.workloads.graph import FollowGraph

STAGES = (SingleTable, FollowerIndex, ReadReplicas, UserShards, TweetCache, PrecomputedFeeds, HybridFeeds)

__all__ = [
    "STAGES",
    "Clock",
    "FollowGraph",
    "FollowerIndex",
    "HybridFeeds",
    "InvalidCursor",
    "InvalidFollow",
    "InvalidGraph",
    "InvalidLimit",
    "InvalidTweet",
    "Lag",
    "ManualClock",
    "NotTheAuthor",
    "Page",
    "PrecomputedFeeds",
    "ReadReplicas",
    "SingleTable",
    "StorageError",
    "SystemClock",
    "SystemClosed",
    "Timeline",
    "Tweet",
    "TweetCache",
    "TwitterlabError",
    "UnknownMedia",
    "UnknownTweet",
    "UnknownUser",
    "UserShards",
    "Work",
    "Workers",
]
