"""What lesson 06's panel draws: one post's journey, recorded step by step from the real stage."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from twitterlab.clock import ManualClock
from twitterlab.parts.feeds.entries import ids_in
from twitterlab.stages.precomputed_feeds import PrecomputedFeeds
from twitterlab.workloads.graph import FollowGraph

AUTHOR, FOLLOWERS, AWAY, STRANGER = 0, tuple(range(1, 9)), 6, 9  # who is away has read nothing for a month
ACTIVE = tuple(user for user in FOLLOWERS if user != AWAY)
MONTH_MS, SECOND_MS = 31 * 86_400_000, 1_000
OLD, NEW = "a", "b"


class Moment(NamedTuple):
    """What there was after a step: rows in the shard and its outbox, each follower's feed (None: cold), deliveries."""

    said: str
    boxes: tuple[str, ...]  # where the post is
    stored: int
    waiting: int
    feeds: dict[int, tuple[str, ...] | None]
    deliveries: int

    def has(self, user: int) -> bool:
        """Whether this follower's feed holds the new tweet."""
        return NEW in (self.feeds[user] or ())


@cache
def recorded_moments() -> tuple[Moment, ...]:
    """The moments of one post, from the real stage on a graph of ten users."""
    graph = FollowGraph.from_edges([*FOLLOWERS, STRANGER], [AUTHOR] * len(FOLLOWERS) + [2], users=10)
    clock = ManualClock()
    with PrecomputedFeeds(graph, clock=clock, shards=1, fast_paths=False) as system:
        system.post(AUTHOR, OLD)
        system.drain()
        clock.advance(MONTH_MS)
        for user in ACTIVE:
            system.feed(user)
        return tuple(Recording(system, clock).moments)


class Recording:
    """A post and all that follows from it, with a look at the system after each step."""

    def __init__(self, system: PrecomputedFeeds, clock: ManualClock) -> None:
        self.system, self.moments, self.deliveries = system, list[Moment](), 0
        self._watch_workers()
        self.remember_moment("nothing is posted yet")
        system.post(AUTHOR, NEW)
        self.remember_moment(
            "the post has returned, for the tweet and its outbox row are committed together", "shard", "outbox"
        )
        clock.advance(SECOND_MS)
        system.step(1)
        clock.advance(SECOND_MS)
        system.feed(AWAY)
        self.remember_moment(
            f"user {AWAY} is back and asks for a page: the feed is rebuilt from the shards", "shard", "feeds"
        )

    def remember_moment(self, said: str, *boxes: str) -> None:
        """Remember what there is now."""
        shard = self.system.tables.tweets_home(AUTHOR, 0)
        ((stored,),) = shard.peek("SELECT count(*) FROM tweets WHERE text = ?", NEW)
        ((waiting,),) = shard.peek("SELECT count(*) FROM log")
        texts: dict[int, str] = dict(shard.peek("SELECT id, text FROM tweets"))
        feeds = {user: self.feed_texts(user, texts) for user in FOLLOWERS}
        self.moments.append(Moment(said, boxes, stored, waiting, feeds, self.deliveries))

    def feed_texts(self, user: int, texts: dict[int, str]) -> tuple[str, ...] | None:
        """What a follower's feed holds, newest first; None where it is cold."""
        found = self.system.fanout.feeds.read_entries(user, None, 100)
        return None if found is None else tuple(texts[tweet_id] for tweet_id in ids_in(found[0]).tolist())

    def _watch_workers(self) -> None:
        """Look on from now on whenever a worker takes, passes over, delivers or acknowledges."""
        (outbox,), feeds = self.system.queue.outboxes, self.system.fanout.feeds
        taken = "a worker has taken the message, which stays in the outbox until it is acknowledged"
        passed = f"user {AWAY} has read nothing for 31 days: no delivery, and the feed is given up"
        done = "the message is acknowledged and leaves the outbox"
        call_after(outbox, "take_messages", lambda *_: self.remember_moment(taken, "outbox", "worker"))
        call_after(feeds, "cool_feeds", lambda *_: self.remember_moment(passed, "worker"))
        call_after(outbox, "acknowledge", lambda *_: self.remember_moment(done, "outbox"))
        deliver = feeds.deliver

        def one_by_one(users: Any, entries: Any) -> int:
            before = self.deliveries
            for place, user in enumerate(users.tolist()):
                self.deliveries += deliver(users[place : place + 1], entries[place : place + 1])
                self.remember_moment(f"delivered to user {user}", "worker", "feeds")
            return self.deliveries - before

        feeds.deliver = one_by_one  # type: ignore[method-assign]


def call_after(thing: object, name: str, then: Callable[..., None]) -> None:
    """From now on call `then` after each call of a method."""
    called = getattr(thing, name)

    def call(*arguments: Any) -> Any:
        answer = called(*arguments)
        then()
        return answer

    setattr(thing, name, call)
