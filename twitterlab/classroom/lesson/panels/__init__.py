"""One widget a lesson: `from twitterlab.classroom import panels`, then `panels.layout()` and so on."""

from twitterlab.classroom.lesson.panels.caches import caches
from twitterlab.classroom.lesson.panels.capacity import capacity
from twitterlab.classroom.lesson.panels.growth import growth
from twitterlab.classroom.lesson.panels.journey import journey
from twitterlab.classroom.lesson.panels.layout import layout
from twitterlab.classroom.lesson.panels.replica_lag import replica_lag
from twitterlab.classroom.lesson.panels.shards import shards
from twitterlab.classroom.lesson.panels.threshold import threshold

__all__ = ["caches", "capacity", "growth", "journey", "layout", "replica_lag", "shards", "threshold"]
