"""The copy of the follow graph that fan-out works with: kept both ways, changed by the workers, event after event."""

from __future__ import annotations

import numpy as np

from twitterlab.model import Ids, Users
from twitterlab.workloads.graph import FollowGraph


class FollowCopy:
    """Who follows whom as far as the workers have got; compressed rows, with fresh arrays for users who changed.

    A change replaces a user's array, so a reader needs no lock, and is never disturbed. `_followers[u]` changes under
    the stripe of u in `FanOut`; `_followees[u]` under the lock of the outbox that has all of u's follows.
    """

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph
        self.first_follower_counts = graph.follower_counts  # of the graph that it began with
        self._followers: dict[int, Users] = {}
        self._followees: dict[int, Users] = {}

    def followers(self, user: int) -> Users:
        """Who follows `user`, sorted."""
        changed = self._followers.get(user)
        return self._first_followers(user) if changed is None else changed

    def _first_followers(self, user: int) -> Users:
        starts = self._graph.follower_starts
        return self._graph.follower_rows[starts[user] : starts[user + 1]]

    def follower_count(self, user: int) -> int:
        """How many follow `user`."""
        changed = self._followers.get(user)
        return int(self.first_follower_counts[user]) if changed is None else len(changed)

    def followees(self, user: int) -> Users:
        """Whom `user` follows, sorted."""
        changed = self._followees.get(user)
        return self._graph.followees(user) if changed is None else changed

    def users_with_changed_followees(self) -> list[int]:
        """The users whose followees are not the graph's any more."""
        return list(self._followees)

    def followees_with_numbers(self, number: Users) -> tuple[Ids, Users]:
        """The graph's followees who have a number, each user's one after the other: where a user's begin, and they."""
        found = number[self._graph.followee_rows]
        there = found >= 0
        before = np.concatenate([[0], np.cumsum(there, dtype=np.int64)])
        return before[self._graph.followee_starts], found[there]

    def add_follow(self, follower: int, followee: int) -> None:
        """Apply a follow; once more changes nothing. Called under both locks."""
        self._followers[followee] = with_user(self.followers(followee), follower)
        self._followees[follower] = with_user(self.followees(follower), followee)

    def remove_follow(self, follower: int, followee: int) -> None:
        """Apply an unfollow; once more changes nothing. Called under both locks."""
        self._followers[followee] = without_user(self.followers(followee), follower)
        self._followees[follower] = without_user(self.followees(follower), followee)


def with_user(users: Users, user: int) -> Users:
    """A sorted array with one more user, if it was not there."""
    place = int(np.searchsorted(users, user))
    there = place < len(users) and users[place] == user
    return users if there else np.insert(users, place, user)


def without_user(users: Users, user: int) -> Users:
    """A sorted array without one user, if it was there."""
    place = int(np.searchsorted(users, user))
    there = place < len(users) and users[place] == user
    return np.delete(users, place) if there else users
