"""The assembled timeline's rules: for each follow an append-only list of (from_id, "push" or "pull")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

Rule = tuple[int, Literal["push", "pull"]]


class FollowRules:
    """By reader and author; a follow that is in no list is pushed."""

    def __init__(self) -> None:
        self._of: dict[int, dict[int, list[Rule]]] = defaultdict(dict)

    def rules_of(self, reader: int, authors: Iterable[int]) -> dict[int, list[Rule]]:
        """A reader's lists for these authors, as `hybrid_page` takes them."""
        return {author: list(self._of[reader][author]) for author in authors}

    def set_rule(self, reader: int, author: int, from_id: int, *, pushes: bool) -> None:
        """From this ID on the author's tweets are pushed to this reader, or pulled; what came before stays as it is."""
        rules = self._of[reader].setdefault(author, [(0, "push")])
        rule: Literal["push", "pull"] = "push" if pushes else "pull"
        if rules[-1][0] == from_id:
            rules.pop()  # no tweet was posted under it
        if not rules or rules[-1][1] != rule:
            rules.append((from_id, rule))

    def is_pushed(self, reader: int, author: int, tweet_id: int) -> bool:
        """By the rule that held at the tweet's ID."""
        held = [rule for from_id, rule in self._of[reader].get(author, []) if from_id <= tweet_id]
        return not held or held[-1] == "push"

    def ever_pulled(self, reader: int, authors: Iterable[int]) -> list[int]:
        """Those of these authors of whom this reader may have to pull a tweet."""
        return [author for author in authors if any(rule == "pull" for _, rule in self._of[reader].get(author, []))]
