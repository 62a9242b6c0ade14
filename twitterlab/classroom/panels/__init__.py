"""One widget a lesson: `from twitterlab.classroom import panels`, then `panels.layout()` and so on."""

from twitterlab.classroom.panels.caches import caches
from twitterlab.classroom.panels.capacity import capacity
from twitterlab.classroom.panels.growth import growth
from twitterlab.classroom.panels.journey import journey
from twitterlab.classroom.panels.layout import layout
from twitterlab.classroom.panels.replica_lag import replica_lag
from twitterlab.classroom.panels.shards import shards
from twitterlab.classroom.panels.threshold import threshold

__all__ = ["caches", "capacity", "growth", "journey", "layout", "replica_lag", "shards", "threshold"]
