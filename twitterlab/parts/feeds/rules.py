"""Rules: for each author an append-only list of (from_id, rule). A tweet is pushed or pulled by the rule at its ID.

So when an author crosses the threshold nothing moves, nothing is lost and nothing is repeated: the tweets from before
stay where they were pushed, and those from then on are pulled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import MAX_ID, Users
from twitterlab.parts.feeds.policy import Policy, Rule, pull, push

Span = tuple[int, int]


class Rules:
    """The rules of all authors; one who is in no list is pushed. `pulled` marks authors whom somebody may pull."""

    def __init__(self, policy: Policy, users: int) -> None:
        self._policy = policy
        self._from: dict[int, list[int]] = {}
        self._rules: dict[int, list[Rule]] = {}
        self.pulled: NDArray[np.bool_] = np.zeros(users, np.bool_)
        self.plain = True  # no rule but push and pull has been used
        self.changes: list[int] = []  # whose rule was changed, one after the other
        self.foreseen: list[int] = []  # authors who will be pulled as soon as they post

    def begin(self, follower_counts: Iterable[int]) -> None:
        """Each author's rule as a stored system opens: it holds for all their old tweets, as all feeds are cold."""
        for author, followers in enumerate(follower_counts):
            self._append(author, 0, self._policy(author, int(followers)))

    def foresee(self, follower_counts: Iterable[int]) -> None:
        """Who would be pulled if they posted now: nobody has to be asked for yet, but places can be made ready."""
        rules = (self._policy(author, int(followers)) for author, followers in enumerate(follower_counts))
        self.foreseen = [author for author, rule in enumerate(rules) if rule is not push]

    def assign(self, author: int, followers: int, tweet_id: int) -> None:
        """Choose the rule for an author's next tweet; called in order of ID, before the tweet is committed."""
        self._append(author, tweet_id, self._policy(author, followers))

    def _append(self, author: int, from_id: int, rule: Rule) -> None:
        if rule is not self._rules.get(author, [push])[-1]:
            self.pulled[author] = True
            self.plain &= rule in (push, pull)
            self._rules.setdefault(author, [push]).append(rule)
            self._from.setdefault(author, [0]).append(from_id)
            self.changes.append(author)

    def of(self, author: int) -> list[tuple[int, Rule]]:
        """An author's list."""
        rules = self._rules.get(author, [push])
        return list(zip(self._from.get(author, [0]), rules, strict=False))

    def at(self, author: int, tweet_id: int) -> Rule:
        """The rule that holds for a tweet."""
        starts = self._from.get(author, [0])
        return self._rules.get(author, [push])[bisect_right(starts, tweet_id) - 1]

    def pushes(self, author: int, tweet_id: int, readers: Users) -> NDArray[np.bool_]:
        """Into which of these readers' feeds a tweet is pushed."""
        mask = self.at(author, tweet_id)(np.array([author]), readers)
        return np.broadcast_to(mask, readers.shape)

    def is_pushed(self, author: int, tweet_id: int, reader: int) -> bool:
        """Whether a tweet is pushed into this reader's feed."""
        return not self.pulled[author] or bool(self.pushes(author, tweet_id, np.array([reader], np.int32))[0])

    def pulled_spans(self, author: int, reader: int) -> list[Span]:
        """The ranges of IDs [from, to) in which this reader pulls the author's tweets."""
        rules = self.of(author)
        ends = [start for start, _ in rules[1:]] + [MAX_ID]
        who, whom = np.array([author]), np.array([reader])
        return [
            (start, end)
            for (start, rule), end in zip(rules, ends, strict=True)
            if start < end and not np.all(rule(who, whom))
        ]
