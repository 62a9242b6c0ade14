"""Exercise 2.2: the newest tweets of several authors, from rows that lie by author and then by ID."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, product
from math import inf
from typing import Any, NamedTuple

import numpy as np

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, call_answer
from twitterlab.model import integer

Row = tuple[int, int]  # author, ID
MOST_TOLD = 40  # rows of a story
LONG = 3_000  # rows of the longest history
LIMIT, USERS, FOLLOWED, EACH, GROWTH = 20, 150, 30, 4, 100  # of the pinned run
FOLLOWEES = range(4, USERS, USERS // FOLLOWED)


class TweetTable:
    """Rows (author, ID) that lie by author, then by ID; `read` are the places of those that were read, each once.

    A lookup in the index reads no row, and is counted apart. There is no way to a row but those that count.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._length, self._row_at, self._place_of, self._counts = counting_doors(sorted(rows))

    @property
    def read(self) -> frozenset[int]:
        """The places of the rows that were read."""
        return frozenset(self._counts()[0])

    @property
    def lookups(self) -> int:
        """How often the index was asked."""
        count: int = self._counts()[1]
        return count

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: int) -> Row:
        if not isinstance(place, (int, np.integer)):
            raise TypeError("table[i] is one row: i is a whole number, and no slice")
        if not 0 <= place < len(self):
            rows = f"the last is row {len(self) - 1}" if len(self) else "the table is empty"
            raise IndexError(f"there is no row {place}: {rows}")
        return self._row_at(int(place))

    def end(self, author: int, before: int | None) -> int:
        """The place just after the author's last row with an ID below `before` (None: just after their last row)."""
        return self._place_of((author, inf if before is None else before))


def counting_doors(rows: list[Row]) -> tuple[int, Callable[[int], Row], Callable[[Any], int], Callable[[], Any]]:
    """How many rows there are, the two ways to them, and what went through: the places read, and the lookups."""
    read, lookups = set[int](), [0]

    def row_at(place: int) -> Row:
        read.add(place)
        return rows[place]

    def place_of(key: Any) -> int:
        lookups[0] += 1
        return bisect_left(rows, key)

    return len(rows), row_at, place_of, lambda: (frozenset(read), lookups[0])


class History(NamedTuple):
    """Who wrote each tweet, whose are wanted, below which ID, and how many."""

    authors: tuple[int, ...]
    wanted: tuple[int, ...]
    before: int | None = None
    limit: int = LIMIT

    @property
    def rows(self) -> list[Row]:
        """The table: tweets are numbered as they were posted, from 1."""
        return sorted((author, number) for number, author in enumerate(self.authors, 1))


def small_histories() -> Iterator[History]:
    """Every way in which up to four tweets are by three users; pages whole, cut and further down."""
    for count in range(5):
        for authors, wanted in product(product((1, 2, 3), repeat=count), ((), (1,), (2,), (1, 3), (3, 2))):
            for before, limit in ((None, LIMIT), (None, count - 1), (count, LIMIT), (count - 1, 1)):
                if limit > 0 and (before is None or before > 0):
                    yield History(authors, wanted, before, limit)
    yield from (History((1, 2, 1), (1, 2), before, limit) for before, limit in ((None, 0), (3, 0), (1, 5)))
    yield History(tuple(1 + n * n % 3 for n in range(LONG)), (1, 2), LONG, LONG)


def longer_histories() -> Any:
    """More tweets by more authors, of higher numbers."""
    from hypothesis import strategies as st

    return st.builds(
        lambda authors, wanted, before, limit: History(
            tuple(authors), tuple(wanted), before if before <= len(authors) else None, limit
        ),
        st.lists(st.integers(0, 7).map(hundredfold), max_size=30),
        st.lists(st.integers(0, 8).map(hundredfold), max_size=6, unique=True),
        st.integers(1, 40),
        st.integers(1, 8),
    )


def hundredfold(number: int) -> int:
    """An author's number that is often too large for Python to keep it once and for all: equal, and not the same."""
    return 100 * number


# Told


def story(history: History) -> str:
    """The rows as they lie, and what is asked."""
    shown = [f"({author}, t{tweet})" for author, tweet in history.rows[:MOST_TOLD]] or ["no rows"]
    rows = ", ".join(shown) + f" and so on, {len(history.rows):,} rows" * (len(history.rows) > MOST_TOLD)
    tweets = "is the newest tweet" if history.limit == 1 else f"are the newest {history.limit} tweets"
    older = "" if history.before is None else f" before t{history.before}"
    return f"The table holds {rows}. Asked {tweets} of the authors {list(history.wanted)}{older}."


def row_names(tweets: Sequence[Any]) -> str:
    """The first dozen tweets as t1, t2 and so on; numpy's numbers are numbers too."""
    return tweet_names((int(tweet) if isinstance(tweet, np.integer) else tweet for tweet in tweets), most=12)


# Held to a sort of everything


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the page is what is found by sorting all rows."""
    _, wanted, before, limit = history
    table = TweetTable([(look.user(author), look.tweet(tweet)) for author, tweet in history.rows])
    authors = look.shuffled(map(look.user, wanted))
    ids = call_answer(answer, table, authors, None if before is None else look.tweet(before), limit, gives=list)
    got, right = [look.tweet_number(whole_number(one)) for one in ids], newest_ids(wanted_rows(history), limit)
    return None if got == right else WrongAnswer(row_names(got), row_names(right), misconceptions_of(history, got))


def whole_number(value: Any) -> Any:
    """A number of numpy's as Python's own; what is no whole number stays as it is."""
    number = integer(value)
    return value if number is None else number


def wanted_rows(history: History) -> list[int]:
    """The wanted authors' tweets below the cursor, in the order of the table."""
    below = inf if history.before is None else history.before
    return [tweet for author, tweet in history.rows if author in history.wanted and tweet < below]


def newest_ids(tweets: Sequence[int], limit: int) -> list[int]:
    """The newest of these tweets."""
    return sorted(tweets, reverse=True)[:limit]


def misconceptions_of(history: History, got: list[Any]) -> tuple[str, ...]:
    """The misconceptions that give these IDs."""
    limit, found = history.limit, wanted_rows(history)
    runs = [wanted_rows(history._replace(wanted=(author,)))[::-1] for author in history.wanted]
    share = max(limit // max(len(runs), 1), 1)
    included = history.before and history._replace(before=history.before + 1)
    below = [below_end(history, author) for author in history.wanted]
    in_turn = list(chain.from_iterable(reversed(run) for run in runs))
    gives = {
        "limit_first": [
            newest_ids(found[:limit], limit),
            newest_ids(in_turn[:limit], limit),
            found[:limit],
            in_turn[:limit],
        ],
        "author_by_author": [list(chain.from_iterable(runs))[:limit]],
        "share_from_each": [newest_ids([t for run in runs for t in run[:share]], limit)],
        "neighbours": [newest_ids(list(chain.from_iterable(below)), limit), newest_ids(list({*chain(*below)}), limit)],
        "cursor_included": [newest_ids(wanted_rows(included), limit)] if included else [],
        "cursor_forgotten": [newest_ids(wanted_rows(history._replace(before=None)), limit)],
        "oldest_first": [sorted(found)[:limit], sorted(newest_ids(found, limit))],
    }
    return tuple(key for key, pages in gives.items() if got and got in pages)


def below_end(history: History, author: int) -> list[int]:
    """The tweets that lie before the end of an author's run, whoever wrote them."""
    end = TweetTable(history.rows).end(author, history.before)
    return [tweet for _, tweet in history.rows[max(end - history.limit, 0) : end]]


# In the real stage


def stage_costs(answer: Any) -> list[StageCost]:
    """The second page of twenty from a real stage 2's rows, before and after all others have posted on and on."""
    table, grown = table_after_page(answer, *stored_rows(1)), table_after_page(answer, *stored_rows(GROWTH))
    words = f"rows read for the second page of {LIMIT} from {FOLLOWED} authors"
    wasteful = "whole_runs" if len(grown.read) <= len(table.read) else "whole_table"
    return [
        StageCost(words, len(table.read), LIMIT + FOLLOWED, wasteful),
        StageCost(f"{words}, others having posted {GROWTH} times as much", len(grown.read), len(table.read), wasteful),
        StageCost("lookups in the index for it", grown.lookups, LIMIT + 2 * FOLLOWED),
    ]


@cache
def stored_rows(growth: int) -> tuple[list[Row], int | None, list[int]]:
    """A real stage 2's rows where others have posted `growth` times as much, its first cursor, and its second page."""
    graph = tl.FollowGraph.from_edges([0] * FOLLOWED, FOLLOWEES, USERS)
    authors = np.random.default_rng(1).integers(1, USERS, USERS * EACH).tolist()
    others = [author for author in authors if author not in FOLLOWEES]
    with tl.FollowerIndex(graph, clock=tl.ManualClock()) as system:
        system.post_many([(author, "hello") for author in authors + others * (growth - 1)])
        rows = system.tables.databases[0].peek("SELECT author, id FROM tweets")
        cursor = system.feed(0, LIMIT).next
        return rows, cursor, [tweet.id for tweet in system.feed(0, LIMIT, cursor).tweets]


def table_after_page(answer: Any, rows: Sequence[Row], before: int | None, right: list[int]) -> TweetTable:
    """The table after the answer has made a page from it."""
    table = TweetTable(rows)
    if call_answer(answer, table, list(FOLLOWEES), before, LIMIT, gives=list) != right:
        raise Misbehaved(f"the second page of {LIMIT} does not hold the newest tweets of the {FOLLOWED} authors.")
    return table


EXERCISE = Exercise(
    "2.2",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    says_when_right="One row an author, and one more for each tweet of the page: however long the authors' own history "
    "is, and whatever all others post.",
    looks=LOOKS,
)
