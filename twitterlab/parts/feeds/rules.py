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
from twitterlab.parts.feeds.policy import PushPullPolicy, PushRule, pull, push

IdSpan = tuple[int, int]


class AuthorRules:
    """The rules of all authors; one who is in no list is pushed. `pulled` marks authors whom somebody may pull.

    An author's lists grow under the write lock of their shard, and a reader needs none: a rule is there before the ID
    from which it holds. What all authors share (`only_push_and_pull`, `changed_authors`) is written under any of these
    locks, so by several writers at once, each time in one step.
    """

    def __init__(self, policy: PushPullPolicy, users: int) -> None:
        self._policy = policy
        self._from: dict[int, list[int]] = {}
        self._rules: dict[int, list[PushRule]] = {}
        self.pulled: NDArray[np.bool_] = np.zeros(users, np.bool_)
        self.only_push_and_pull = True  # no rule but push and pull has been used
        self.changed_authors: list[int] = []  # whose rule was changed, one after the other
        self.foreseen_authors: list[int] = []  # authors who will be pulled as soon as they post

    def begin_with_stored(self, follower_counts: Iterable[int]) -> None:
        """Each author's rule as a stored system opens: it holds for all their old tweets, as all feeds are cold."""
        for author, followers in enumerate(follower_counts):
            self._append_rule(author, 0, self._policy(author, int(followers)))

    def foresee_pulled(self, follower_counts: Iterable[int]) -> None:
        """Who would be pulled if they posted now: nobody has to be asked for yet, but places can be made ready."""
        rules = (self._policy(author, int(followers)) for author, followers in enumerate(follower_counts))
        self.foreseen_authors = [author for author, rule in enumerate(rules) if rule is not push]

    def assign_rule(self, author: int, followers: int, tweet_id: int) -> None:
        """Choose the rule for an author's next tweet; called in order of ID, under the author's write lock."""
        self._append_rule(author, tweet_id, self._policy(author, followers))

    def _append_rule(self, author: int, from_id: int, rule: PushRule) -> None:
        """Let a rule hold from an ID on, if it is another one; called under the author's write lock, or at opening."""
        if rule is not self._rules.get(author, [push])[-1]:
            self.pulled[author] = True
            if rule not in (push, pull):
                self.only_push_and_pull = False  # in one step, and never back
            self._rules.setdefault(author, [push]).append(rule)
            self._from.setdefault(author, [0]).append(from_id)
            self.changed_authors.append(author)

    def rules_of(self, author: int) -> list[tuple[int, PushRule]]:
        """An author's list."""
        rules = self._rules.get(author, [push])
        return list(zip(self._from.get(author, [0]), rules, strict=False))

    def rule_at(self, author: int, tweet_id: int) -> PushRule:
        """The rule that holds for a tweet."""
        starts = self._from.get(author, [0])
        return self._rules.get(author, [push])[bisect_right(starts, tweet_id) - 1]

    def pushed_mask(self, author: int, tweet_id: int, readers: Users) -> NDArray[np.bool_]:
        """Into which of these readers' feeds a tweet is pushed."""
        mask = self.rule_at(author, tweet_id)(np.array([author]), readers)
        return np.broadcast_to(mask, readers.shape)

    def is_pushed(self, author: int, tweet_id: int, reader: int) -> bool:
        """Whether a tweet is pushed into this reader's feed."""
        return not self.pulled[author] or bool(self.pushed_mask(author, tweet_id, np.array([reader], np.int32))[0])

    def pulled_spans(self, author: int, reader: int) -> list[IdSpan]:
        """The ranges of IDs [from, to) in which this reader pulls the author's tweets, ascending, with gaps between.

        However often an author has crossed, each different rule is asked once.
        """
        rules, spans = self.rules_of(author), list[IdSpan]()
        pulls = self._pulls_by_rule(author, reader)
        ends = [start for start, _ in rules[1:]] + [MAX_ID]
        for (start, rule), end in zip(rules, ends, strict=True):
            if pulls[rule] and start < end:
                joins = spans and spans[-1][1] == start
                spans[-1:] = [(spans[-1][0], end)] if joins else [*spans[-1:], (start, end)]
        return spans

    def first_pulled_id(self, author: int, reader: int) -> int | None:
        """The ID from which on this reader pulls any of the author's tweets; None where they never do."""
        pulls = self._pulls_by_rule(author, reader)
        return next((start for start, rule in self.rules_of(author) if pulls[rule]), None)

    def _pulls_by_rule(self, author: int, reader: int) -> dict[PushRule, bool]:
        """Whether this reader pulls by each of the author's different rules."""
        who, whom = np.array([author]), np.array([reader])
        return {rule: not np.all(rule(who, whom)) for rule in dict.fromkeys(self._rules.get(author, [push]))}


def in_spans(spans: list[IdSpan], tweet_id: int) -> bool:
    """Whether an ID lies in one of these ascending ranges."""
    place = bisect_right(spans, (tweet_id, MAX_ID)) - 1
    return place >= 0 and tweet_id < spans[place][1]
