"""Fan-out: what a worker does with each message of the queue, so that feeds end up right in whatever order things meet.

A post is delivered to the author's active followers, many posts at a time. A follow first registers in the copy kept by
followee and reads the shard after, so that a post that crosses it is either read or delivered; an unfollow is taken out
of the copy before the feed is purged. All messages about one followee take turns. Each may come again: the second time
changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Protocol

import numpy as np

from twitterlab.clock import DAY_MS, Clock
from twitterlab.model import Ids, Users
from twitterlab.parts.feeds.entries import Entries, pack_entries
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import pull, push
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.shards import Shards
from twitterlab.work import Counters

STRIPES = 64


class TimelineListener(Protocol):
    """Who is told of what the workers change, beside the feeds; each call is made under the author's stripe."""

    def tweet_delivered(self, author: int, entry: int, *, pulled: bool) -> object: ...
    def timeline_changed(self, author: int) -> object: ...
    def follow_changed(self, follower: int) -> object: ...


class GatheredPosts(threading.local):
    """The posts that a thread has taken on and not yet delivered."""

    def __init__(self) -> None:
        self.posts: list[Change] = []


class FanOut:
    """The workers' part: applies posts, deletes, follows and unfollows to feeds.

    A followee's stripe, one of `STRIPES` locks, is held while a message about them is applied. `deleted` is the stage's
    own set of tombstones, which all parts share. `_last_read_ms` needs no lock: each element is written in one step.
    """

    def __init__(
        self,
        *,
        tables: Shards,
        follow_copy: FollowCopy,
        rules: AuthorRules,
        feeds: FeedCache,
        timelines: FeedCache,
        deleted: set[int],
        drop_tombstone: Callable[[int], object],
        clock: Clock,
        counters: Counters,
        active_days: float,
        gather_posts: bool,
        listeners: Sequence[TimelineListener] = (),
    ) -> None:
        self.follow_copy, self.rules, self.feeds, self.timelines = follow_copy, rules, feeds, timelines
        self._tables, self._clock, self._counters = tables, clock, counters
        self._deleted, self._drop_tombstone = deleted, drop_tombstone
        self._active_ms = int(active_days * DAY_MS)
        self._opened_ms = clock.now()  # when all users count as active
        self._last_read_ms = np.full(len(rules.pulled), self._opened_ms, np.int64)  # of each user's own feed
        self._stripes = [threading.RLock() for _ in range(STRIPES)]
        self._gather_posts, self._gathered = gather_posts, GatheredPosts()
        self._listeners = listeners
        self._handlers = {
            "post": self._handle_post,
            "delete": self._handle_delete,
            "follow": self._handle_follow,
            "unfollow": self._handle_unfollow,
        }

    @property
    def copy(self) -> FollowCopy:
        """The follows as far as the workers have got, by its short name."""
        return self.follow_copy

    # Messages

    def handle_message(self, message: Change) -> None:
        """Apply one message; a post may be gathered, for `deliver_gathered` to deliver it with this thread's others."""
        if message.kind == "post" and self._gather_posts:
            self._gathered.posts.append(message)
            return
        with self._stripe_of(message):
            self._handlers[message.kind](message)

    def deliver_gathered(self) -> None:
        """Deliver the posts that this thread has gathered, all at once; where it fails, they are to come again."""
        posts = self._gathered.posts
        if not posts:
            return
        try:
            with ExitStack() as turns:
                for stripe in sorted({post.user % STRIPES for post in posts}):
                    turns.enter_context(self._stripes[stripe])
                self._deliver_posts(posts)
        except Exception:
            self._gathered.posts = []
            raise
        self._gathered.posts = []

    def give_up_message(self, message: Change, error: Exception) -> None:
        """Make cold every feed that a message which failed too often would have changed."""
        with self._stripe_of(message):
            if message.kind in ("follow", "unfollow"):
                self._change_copy(message)
                self.feeds.cool_feeds(np.array([message.user], np.int32))
            else:
                self._drop_tombstone(message.tweet_id) if message.kind == "delete" else None
                self.feeds.cool_feeds(self.follow_copy.followers(message.user))
                self.timelines.cool_feeds(np.array([message.user], np.int32))
                self._tell_timeline_changed(message.user)

    def _stripe_of(self, message: Change) -> threading.RLock:
        followee = message.followee if message.kind in ("follow", "unfollow") else message.user
        return self._stripes[followee % STRIPES]

    def _handle_post(self, message: Change) -> None:
        """Deliver one tweet; called under its author's stripe."""
        self._deliver_posts([message])

    def _deliver_posts(self, posts: list[Change]) -> None:
        """Deliver tweets to their authors' active followers, who are distinct; called under the authors' stripes."""
        authors = np.array([post.user for post in posts], np.int32)
        entries = pack_entries(np.array([post.tweet_id for post in posts], np.int64), self._tables.places[authors])
        pushed = [self._pushed_readers(post) for post in posts]
        counts = [len(readers) for readers in pushed]
        readers = np.concatenate(pushed)
        oldest = self._clock.now() - self._active_ms
        active = self._last_read_ms[readers] >= oldest if self._opened_ms < oldest else np.True_
        if active.all():
            its = entries[0] if len(posts) == 1 else np.repeat(entries, counts)
        else:
            self.feeds.cool_feeds(np.unique(readers[~active]))
            readers, its = readers[active], np.repeat(entries, counts)[active]
        self._counters.add(deliveries=self.feeds.deliver(readers, its))
        if (pulled := self.rules.pulled[authors]).any():
            self.timelines.deliver(authors[pulled], entries[pulled])
            for place in np.flatnonzero(pulled).tolist():
                post = posts[place]
                rule = self.rules.rule_at(post.user, post.tweet_id)
                for listener in self._listeners:
                    listener.tweet_delivered(post.user, int(entries[place]), pulled=rule is pull)

    def _tell_timeline_changed(self, author: int) -> None:
        for listener in self._listeners:
            listener.timeline_changed(author)

    def _pushed_readers(self, post: Change) -> Users:
        """Whose feeds a tweet is pushed into."""
        followers, rule = self.follow_copy.followers(post.user), self.rules.rule_at(post.user, post.tweet_id)
        if rule is push:
            return followers
        return followers[:0] if rule is pull else followers[rule(np.array([post.user]), followers)]

    def _handle_delete(self, message: Change) -> None:
        """Take a deleted tweet out of everything, and drop its tombstone; called under the followee\'s stripe."""
        author, tweet_id = message.user, message.tweet_id
        self.feeds.remove_tweet(self.follow_copy.followers(author), tweet_id)
        self.timelines.remove_tweet(np.array([author], np.int32), tweet_id)
        self._tell_timeline_changed(author)
        self._drop_tombstone(tweet_id)

    def _handle_follow(self, message: Change) -> None:
        """Register the follow in the copy, then backfill; called under the followee\'s stripe."""
        if not self._follow_is_stored(message):
            return  # an unfollow waits behind it
        self._change_copy(message)
        floor = self.feeds.floor_of(message.user)
        if floor is not None:
            found = self._pushed_ids(message.followee, message.user, floor)
            kept = found[: self.feeds.length]
            complete = int(kept[-1]) if len(found) > len(kept) else 0
            added = self.feeds.backfill_feed(message.user, self._entries(message.followee, kept), complete)
            self._counters.add(backfilled=added)

    def _handle_unfollow(self, message: Change) -> None:
        """Take the follow out of the copy, then purge; called under the followee\'s stripe."""
        if self._follow_is_stored(message):
            return  # a follow waits behind it, so a page that is being scrolled keeps what it showed
        self._change_copy(message)
        floor = self.feeds.floor_of(message.user)
        if floor is not None:
            stored = self._tables.tweets_home(message.followee, 0).ids_of(message.followee, floor)
            deleted = np.array(list(self._deleted.copy()), np.int64)  # their rows are gone, their entries not yet
            self.feeds.purge_feed(message.user, np.concatenate([stored, deleted]))

    def _follow_is_stored(self, message: Change) -> bool:
        """Whether the follower follows the followee now, by the table that says so."""
        return message.followee in self._tables.follows_home(message.user).followees(message.user)

    def _change_copy(self, message: Change) -> None:
        """Apply a follow or unfollow to the copy; called under the followee's stripe and the follower's outbox lock."""
        change = self.follow_copy.add_follow if message.kind == "follow" else self.follow_copy.remove_follow
        change(message.user, message.followee)
        for listener in self._listeners:
            listener.follow_changed(message.user)

    def _pushed_ids(self, author: int, reader: int, floor: int) -> Ids:
        """An author's tweets from `floor` on that are pushed to this reader, newest first."""
        found = self._tables.tweets_home(author, 0).ids_of(author, floor)
        if not self.rules.pulled[author]:
            return found
        return np.array([i for i in found.tolist() if self.rules.is_pushed(author, i, reader)], np.int64)

    def _entries(self, author: int, tweet_ids: Ids) -> Entries:
        return pack_entries(tweet_ids, self._tables.shard_number(author))

    def mark_active(self, readers: int | Users) -> None:
        """A read makes its readers active from now on."""
        self._last_read_ms[readers] = self._clock.now()
