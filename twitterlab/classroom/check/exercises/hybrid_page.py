"""Exercise 7.1: one page of what is pushed and what is pulled, by the rule that held at each tweet's own ID."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer

Row: TypeAlias = tuple[int, int]
RuleList: TypeAlias = list[tuple[int, str]]

LIMIT, ROUNDS = 20, 30
LONG = 3_000  # tweets of the longest history
REPEATED: list[RuleList] = [  # an author whose rule is set again, and is what it was
    [(0, "push"), (2, "pull"), (3, "pull")],
    [(0, "pull"), (2, "pull"), (3, "push")],
    [(0, "push"), (2, "push"), (3, "pull")],
]
BESIDES = {
    "": "",
    "fails": " Where what was pushed ends, the shard below it cannot be reached.",
    "beside": " While the first row is fetched, a page of another reader is made from the same.",
}
UNFOLLOWED = 9  # whose rules are still there
READER, CELEBRITIES, OTHERS, FANS = 0, (1, 2, 3, 4), (5, 6), (7, 8, 9)


class History(NamedTuple):
    """Tweet n, counted from 1, is by `authors[n - 1]`; who has no rules is pushed."""

    authors: tuple[int, ...]
    rules: dict[int, RuleList]
    limit: int
    besides: str = ""

    @property
    def rows(self) -> list[Row]:
        """All tweets, newest first."""
        return list(enumerate(self.authors, 1))[::-1]

    def rule_at(self, row: Row) -> str:
        """How a tweet is treated."""
        return held_at(self.rules.get(row[1], [(0, "push")]), row[0])

    @property
    def feed(self) -> list[Row]:
        """What was pushed to the reader."""
        return [row for row in self.rows if self.rule_at(row) == "push"]

    @property
    def timelines(self) -> dict[int, list[Row]]:
        """All tweets of each followee who is pulled or was."""
        ever = {author for author, rules in self.rules.items() if any(rule == "pull" for _, rule in rules)}
        return {author: [row for row in self.rows if row[1] == author] for author in sorted(ever - {UNFOLLOWED})}

    def page(self, rows: Iterable[Row]) -> list[int]:
        """The newest of these."""
        return sorted((tweet for tweet, _ in rows), reverse=True)[: self.limit]


def held_at(rules: RuleList, tweet: int) -> str:
    """The rule of this list that held at a tweet's ID."""
    return [rule for start, rule in rules if start <= tweet][-1]


def small_histories() -> Iterator[History]:
    """Up to four tweets of two authors: one crosses wherever one can; there may be other rules besides."""
    others: list[dict[int, RuleList]] = [{}, {2: [(0, "pull")]}, {2: [(0, "push")]}, {UNFOLLOWED: [(0, "pull")]}]
    for tweets in range(1, 5):
        for second, authors in product(others, product((1, 2), repeat=tweets)):
            for crossings, limit in product(rule_lists(tweets), range(1, tweets + 2)):
                yield History(authors, {1: crossings, **second}, limit)
    for authors, again in product(product((1, 2), repeat=3), REPEATED):
        yield from (History(authors, {1: again}, limit) for limit in (4, 1, 0))
    for besides, authors in product(("fails", "beside"), product((1, 2), repeat=2)):
        yield History(authors, {1: [(0, "push"), (2, "pull")]}, 3, besides)
    many = tuple(1 + n * n % 3 for n in range(LONG))
    for limit in (LONG, 200):
        yield History(many, {1: [(0, "pull"), (LONG // 2, "push")], 2: [(0, "push"), (LONG // 3, "pull")]}, limit)


def rule_lists(last: int) -> Iterator[RuleList]:
    """Every list of rules that changes at IDs from 2 to `last`, and pulls at some time; the shortest first."""
    for first, *changes in sorted(product((0, 1), repeat=last), key=sum):
        rules = alternating_rules(first, [place for place, change in enumerate(changes, 2) if change])
        if any(rule == "pull" for _, rule in rules):
            yield rules


def alternating_rules(first: int, changes: Sequence[int]) -> RuleList:
    """Rules that change at these IDs, push first or pull first."""
    return [(start, ("push", "pull")[(first + n) % 2]) for n, start in enumerate([0, *changes])]


def longer_histories() -> Any:
    """More tweets of more authors, who cross again and again."""
    from hypothesis import strategies as st

    crossings = st.builds(
        alternating_rules, st.integers(0, 1), st.lists(st.integers(2, 30), max_size=4, unique=True).map(sorted)
    )
    crossings |= st.lists(st.sampled_from(("push", "pull")), min_size=1, max_size=5).map(
        lambda names: [(7 * place, name) for place, name in enumerate(names)]
    )
    rules = st.dictionaries(st.sampled_from([1, 2, 3, 4, UNFOLLOWED]), crossings)
    authors = st.lists(st.integers(1, 5), min_size=1, max_size=30).map(tuple)
    besides = st.sampled_from(("", "", "beside"))
    return st.builds(History, authors, rules, st.integers(0, 12), besides)


def story(history: History) -> str:
    """Who posts what, what the rules are, and what is asked for."""
    posts = ", then ".join(f"{author} posts t{tweet}" for tweet, author in history.rows[::-1])
    if len(history.authors) > LIMIT * LIMIT:
        posts = f"{len(history.authors):,} tweets by 1, 2 and 3"
    ruled = " ".join(f"Author {author} is {rules_in_words(rules)}." for author, rules in history.rules.items())
    left = f" User 0 does not follow {UNFOLLOWED} any more." * (UNFOLLOWED in history.rules)
    asked = f"A page of {history.limit} is asked for.{BESIDES[history.besides]}"
    return f"User 0 follows them all: {posts}. {ruled}{left} {asked}"


def rules_in_words(rules: RuleList) -> str:
    """A list of rules in words."""
    words = {"push": "pushed", "pull": "pulled"}
    return ", then ".join(words[rule] + (f" from t{start} on" if start else "") for start, rule in rules)


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the page holds the newest tweets of all, each once."""
    made, right = MadePage(answer, history, look), history.page(history.rows)
    if history.besides == "fails":
        return None if made.fails_aloud() else WrongAnswer("a page, as if nothing had failed", "the error of the shard")
    got = made.page()
    if got != right:
        return WrongAnswer(tweet_names(got, 12), tweet_names(right, 12), misconceptions_of(history, got))
    if made.others not in ([], right):
        return WrongAnswer(f"{tweet_names(made.others, 12)} on the other reader's page", tweet_names(right, 12))
    return None


class MadePage:
    """What a history gives to an answer, in the numbers of a look, and the pages that it makes of it."""

    def __init__(self, answer: Any, history: History, look: Look) -> None:
        self._answer, self._history, self._look, self.others = answer, history, look, list[Any]()
        authors = look.shuffled(history.rules)
        self._rules = {
            look.user(author): [(look.tweet(start) if start else 0, rule) for start, rule in history.rules[author]]
            for author in authors
        }

    def page(self) -> list[Any]:
        """The IDs that the answer gives, by their small numbers; another page may be made when the first row goes."""
        beside = self._page_beside if self._history.besides == "beside" else list
        return self._told(call_answer(self._answer, *self._given(beside), gives=list))

    def fails_aloud(self) -> bool:
        """Whether the error of what was pushed comes out."""
        try:
            self.page()
        except Unreachable:
            return True
        return False

    def _given(self, first: Callable[[], object]) -> tuple[Any, ...]:
        feed = self._rows_told(self._history.feed, first, self._history.besides == "fails")
        timelines = self._history.timelines
        told = {self._look.user(a): self._rows_told(timelines[a], list) for a in self._look.shuffled(timelines)}
        return feed, told, {author: list(rules) for author, rules in self._rules.items()}, self._history.limit

    def _rows_told(self, rows: list[Row], first: Callable[[], object], fails: bool = False) -> Iterator[Row]:
        first()
        yield from ((self._look.tweet(tweet), self._look.user(author)) for tweet, author in rows)
        if fails:
            raise Unreachable("the shard cannot be reached")

    def _page_beside(self) -> None:
        self.others = self._told(list(self._answer(*self._given(list))))

    def _told(self, ids: list[Any]) -> list[Any]:
        return list(map(self._look.tweet_number, ids))


def misconceptions_of(history: History, got: list[Any]) -> tuple[str, ...]:
    """The misconceptions that give this."""
    own = [row for rows in history.timelines.values() for row in rows]
    last = {author: rules[-1][1] for author, rules in history.rules.items()}
    first = {
        author: min(start for start, rule in history.rules[author] if rule == "pull") for author in history.timelines
    }
    before = [row for row in own if row[0] > 1 and history.rule_at((row[0] - 1, row[1])) == "pull"]
    pulled = [row for row in own if history.rule_at(row) == "pull"]
    others = [row for row in history.feed if row[1] not in history.timelines]
    signs = {
        "copies_vanish": (others + pulled, [row for row in history.feed if last.get(row[1]) != "pull"] + pulled),
        "crosses_once": (history.feed + [row for row in own if row[0] >= first[row[1]]],),
        "holds_after": (history.feed + before,),
        "rule_of_today": (
            history.feed + [row for row in own if last[row[1]] == "pull"],
            [row for row in history.rows if last.get(row[1]) == "pull" or row in history.feed],
        ),
        "no_filter": (history.feed + own,),
    }
    found = [key for key, beliefs in signs.items() if got in [history.page(rows) for rows in beliefs]]
    ascending = got and got in (history.page(history.rows)[::-1], [*range(1, len(got) + 1)])
    return (*found, "oldest_first") if ascending else tuple(found)


def stage_costs(answer: Any) -> list[StageCost]:
    """A page of twenty from the real feed and the real tweets of four authors who crossed the threshold."""
    with crossed_system() as system:
        rules = {author: rule_names(system, author) for author in CELEBRITIES}
        sources = [pushed_tweets(system), *(own_tweets(system, [author]) for author in CELEBRITIES)]
        right = [tweet.id for tweet in system.feed(READER, LIMIT).tweets]
    taken = [0] * len(sources)
    feed, *timelines = [count_taken(rows, taken, number) for number, rows in enumerate(sources)]
    page = call_answer(answer, feed, dict(zip(CELEBRITIES, timelines, strict=True)), rules, LIMIT, gives=list)
    if page != right:
        raise Misbehaved("a page of twenty does not hold the tweets of the system's own page.")
    most = LIMIT + len(sources) + sum(map(pushed_above, sources[1:], rules.values()))
    counter = f"rows taken from the feed and {len(CELEBRITIES)} timelines for a page of {LIMIT}"
    return [StageCost(counter, sum(taken), most, misconception_of_reads(taken, list(map(len, sources))))]


def crossed_system() -> tl.HybridFeeds:
    """A system whose four celebrities crossed the threshold, the first of them three times; all is delivered."""
    authors = [*OTHERS, *CELEBRITIES]
    graph = tl.FollowGraph.from_edges([READER] * len(authors), authors, users=10)
    system = tl.HybridFeeds(graph, clock=tl.ManualClock(), threshold=1 + len(FANS), fast_paths=False)
    post_each(system, authors * ROUNDS)  # all of these are pushed
    change_fans(system.follow, CELEBRITIES)
    post_each(system, authors)
    change_fans(system.unfollow, CELEBRITIES[:1])
    post_each(system, CELEBRITIES[:1] * 2)
    change_fans(system.follow, CELEBRITIES[:1])
    post_each(system, CELEBRITIES[:1])
    return system


def post_each(system: tl.HybridFeeds, authors: Sequence[int]) -> None:
    """A tweet of each, delivered once all follows before it are known."""
    system.drain()
    system.post_many([(author, "hello") for author in authors])
    system.drain()


def change_fans(change: Callable[[int, int], object], authors: Sequence[int]) -> None:
    """All fans follow these authors, or unfollow them."""
    for fan, author in product(FANS, authors):
        change(fan, author)


def rule_names(system: tl.HybridFeeds, author: int) -> RuleList:
    """An author's list of rules, in words."""
    return [(start, rule.__name__) for start, rule in system.fanout.rules.rules_of(author)]


def own_tweets(system: tl.HybridFeeds, authors: Sequence[int]) -> list[Row]:
    """All tweets of these authors, newest first, from their shards."""
    return [(tweet, author) for tweet, author in system.tables.newest_of(np.array(authors), None, LIMIT, "id, author")]


def pushed_tweets(system: tl.HybridFeeds) -> list[Row]:
    """What was pushed to the reader, newest first, from their feed and below it."""
    author_of = dict(own_tweets(system, [*OTHERS, *CELEBRITIES]))
    return [(key.id, author_of[key.id]) for key in system.reading.pushed_keys(READER, None, LIMIT)]


def count_taken(rows: list[Row], taken: list[int], number: int) -> Iterator[Row]:
    """These rows, each counted as it is taken."""
    for row in rows:
        taken[number] += 1
        yield row


def pushed_above(rows: list[Row], rules: RuleList) -> int:
    """How many pushed tweets lie above an author's oldest pulled one: whoever reads down to it passes them."""
    pulls = [held_at(rules, tweet) == "pull" for tweet, _ in rows]
    return pulls[: len(pulls) - pulls[::-1].index(True)].count(False)


def misconception_of_reads(taken: list[int], there: list[int]) -> str:
    """The misconception behind what was taken from the feed and each timeline."""
    if taken == there:
        return "sorts_all"
    if taken[1:] == there[1:]:
        return "filter_goes_on"
    return "page_of_each" if min(taken[1:]) >= LIMIT else "takes_copies"


EXERCISE = Exercise(
    "7.1",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    says_when_right="Four authors crossed the threshold, one of them three times, and nothing had to be moved for it.",
    looks=LOOKS,
)
