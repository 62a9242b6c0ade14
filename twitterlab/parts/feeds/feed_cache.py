"""The feed cache: feeds sharded by user ID, each shard with its own arrays and its own lock."""

from __future__ import annotations

import numpy as np

from twitterlab.model import Ids, Users
from twitterlab.parts.feeds.entries import Entries, Entry
from twitterlab.parts.feeds.feed_shard import FeedShard
from twitterlab.work import Counters


class FeedCache:
    """User u has the feed number u // shards of shard u % shards; see `FeedShard` for what each call does."""

    def __init__(self, users: int, shards: int, length: int, counters: Counters, *, fresh: bool) -> None:
        if length < 1:
            raise ValueError(f"feed_length={length}: at least 1 is needed")
        self.length = length
        self.shards = [FeedShard(-(-users // shards), length, counters, fresh=fresh) for _ in range(shards)]

    def deliver(self, users: Users, entries: Entries | Entry) -> int:
        """Put tweets into feeds: one into those of distinct users, or `entries[i]` into that of `users[i]`."""
        delivered = 0
        for (shard, locals_), its in zip(
            self._users_by_shard(users), self._entries_by_shard(users, entries), strict=True
        ):
            with shard.lock:
                delivered += shard.deliver(locals_, its)
        return delivered

    def remove_tweet(self, users: Users, tweet_id: int) -> None:
        """Take a deleted tweet out of the feeds of these users."""
        for shard, locals_ in self._users_by_shard(users):
            with shard.lock:
                shard.remove_tweet(locals_, tweet_id)

    def cool_feeds(self, users: Users) -> None:
        """Give up the feeds of these users: they miss something."""
        for shard, locals_ in self._users_by_shard(users):
            with shard.lock:
                shard.cool_feeds(locals_)

    def read_entries(self, user: int, before: int | None, limit: int) -> tuple[Entries, int] | None:
        """The newest entries of a feed and its floor; None where it must be rebuilt."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            return shard.read_entries(local, before, limit)

    def mark_shown(self, user: int, entries: Entries) -> None:
        """A page showed these entries of a feed."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            shard.mark_shown(local, entries)

    def begin_rebuild(self, user: int) -> int:
        """Begin a rebuild: deliveries are taken from now on; returns the feed's version."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            return shard.begin_rebuild(local)

    def end_rebuild(self, user: int, entries: Entries, floor: int, version: int) -> bool:
        """End a rebuild; False where a follow came between, so that the shards must be read again."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            return shard.end_rebuild(local, entries, floor, version)

    def backfill_feed(self, user: int, entries: Entries, floor: int) -> int:
        """Add a new followee's tweets; returns how many."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            return shard.backfill_feed(local, entries, floor)

    def purge_feed(self, user: int, tweet_ids: Ids) -> None:
        """Take an unfollowed author's tweets out."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            shard.purge_feed(local, tweet_ids)

    def floor_of(self, user: int) -> int | None:
        """From which ID on a feed is complete; None where it is cold."""
        shard, local = self.shard_and_number(user)
        with shard.lock:
            return shard.floor_of(local)

    @property
    def materialised(self) -> int:
        """How many users have a feed."""
        return sum(shard.materialised for shard in self.shards)

    @property
    def bytes_a_user(self) -> int:
        """Bytes that one materialised feed takes."""
        return self.shards[0].bytes_a_user

    @property
    def nbytes(self) -> int:
        """Bytes of all materialised feeds."""
        return self.materialised * self.bytes_a_user

    def shard_and_number(self, user: int) -> tuple[FeedShard, int]:
        """The shard that keeps a user's feed, and the user's number inside it."""
        return self.shards[user % len(self.shards)], user // len(self.shards)

    def _users_by_shard(self, users: Users) -> list[tuple[FeedShard, Users]]:
        """The users of each shard, as numbers inside it."""
        count = len(self.shards)
        if count == 1:
            return [(self.shards[0], users)]
        homes = users % count
        return [(shard, users[homes == i] // count) for i, shard in enumerate(self.shards)]

    def _entries_by_shard(self, users: Users, entries: Entries | Entry) -> list[Entries | Entry]:
        """The entries for the users of each shard."""
        count = len(self.shards)
        if isinstance(entries, np.uint64):
            return [entries] * count
        return [entries] if count == 1 else [entries[users % count == i] for i in range(count)]
