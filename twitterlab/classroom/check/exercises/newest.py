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
from twitterlab.classroom.check.disguise import LATEST, LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer
from twitterlab.model import integer

Row = tuple[int, int]  # author, ID
MOST_TOLD = 40  # rows of a story
LONG = 3_000  # rows of the longest history
ANEW = 1_000  # how much newer the tweets of another table are
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
    """Who wrote each tweet, whose are wanted, below which ID, how many, and what goes on besides.

    `beside`: at the table's door number `door` (from 1) the same is asked of another table. `fails`: that door raises,
    once. `grows`: the same was asked of the same table before its newest tweet was there.
    """

    authors: tuple[int, ...]
    wanted: tuple[int, ...]
    before: int | None = None
    limit: int = LIMIT
    besides: str = ""
    door: int = 0

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
    for wanted, door in product(((1, 2), (2, 1)), range(1, 7)):
        yield from (History((1, 2, 1), wanted, None, 2, besides, door) for besides in ("fails", "beside"))
    yield from (History(authors, (1, 2), None, 2, "grows") for authors in ((1,), (2, 1), (1, 2, 1), (1, 1, 2)))
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
    told = f"The table holds {rows}. Asked {tweets} of the authors {list(history.wanted)}{older}."
    return told + besides_in_words(history)


def besides_in_words(history: History) -> str:
    """What goes on besides."""
    look, posted = f"look number {history.door} at the table, a row or a lookup,", len(history.authors)
    return {
        "beside": f" Before {look} another reader asks the same of another table, whose tweets are others.",
        "fails": f" At {look} it cannot be read and raises an error. Then the same is asked once more.",
        "grows": f" The same was asked of it before, when t{posted} was not posted yet.",
    }.get(history.besides, "")


def row_names(tweets: Sequence[Any]) -> str:
    """The first dozen tweets as t1, t2 and so on; numpy's numbers are numbers too."""
    return tweet_names((int(tweet) if isinstance(tweet, np.integer) else tweet for tweet in tweets), most=12)


# Held to a sort of everything


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each page is what is found by sorting all rows."""
    right = newest_ids(wanted_rows(history), history.limit)
    for where, got in PAGES[history.besides](Asking(answer, history, look)):
        if got != right:
            return WrongAnswer(row_names(got) + where, row_names(right), misconceptions_of(history, got))
    return None


class WatchedTable(TweetTable):
    """A table at one of whose doors, which are the rows and the index, something happens, once; `door` counts down."""

    def __init__(self, rows: Sequence[Row], door: int = 0, happens: Callable[[], None] = lambda: None) -> None:
        self.hold(rows)
        self.door, self._happens = door, happens

    def hold(self, rows: Sequence[Row]) -> None:
        """From now on these are its rows."""
        super().__init__(rows)

    def __getitem__(self, place: int) -> Row:
        self._pass_door()
        return super().__getitem__(place)

    def end(self, author: int, before: int | None) -> int:
        """As of any table."""
        self._pass_door()
        return super().end(author, before)

    def _pass_door(self) -> None:
        self.door -= 1
        if self.door == 0:
            self._happens()


class Asking(NamedTuple):
    """An answer that is asked for the page of a history, in the numbers of a look."""

    answer: Any
    history: History
    look: Look

    def rows(self, newer: int = 0) -> list[Row]:
        """The rows of the table; each tweet so much newer."""
        return [(self.look.user(author), self.look.tweet(tweet + newer)) for author, tweet in self.history.rows]

    def page_of(self, table: TweetTable) -> list[Any]:
        """What the answer gives, in plain numbers."""
        _, wanted, before, limit, *_ = self.history
        authors, cursor = self.look.shuffled(map(self.look.user, wanted)), before and self.look.tweet(before)
        ids = call_answer(self.answer, table, authors, cursor, limit, gives=list)
        return [self.look.tweet_number(whole_number(one)) for one in ids]


Pages = list[tuple[str, list[Any]]]  # where something is said of it, and a page


def page_alone(asking: Asking) -> Pages:
    """A page of a table."""
    return [("", asking.page_of(TweetTable(asking.rows())))]


def pages_beside(asking: Asking) -> Pages:
    """A page of a table, and one that was asked meanwhile of another."""
    others: Pages = []

    def ask_beside() -> None:
        page = asking.page_of(TweetTable(asking.rows(newer=ANEW)))
        others.append((" of the other table", [one - ANEW if type(one) is int else one for one in page]))

    page = asking.page_of(WatchedTable(asking.rows(), asking.history.door, ask_beside))
    return [*others, ("", page)]


def page_after_failure(asking: Asking) -> Pages:
    """A page of a table that could not be read at first, whose error must come out."""

    def fail() -> None:
        raise Unreachable("the table cannot be read now")

    table = WatchedTable(asking.rows(), asking.history.door, fail)
    try:
        page = asking.page_of(table)
    except Unreachable:
        return [("", asking.page_of(table))]
    if table.door <= 0:
        raise Misbehaved(f"Your function gave {row_names(page)}, and the error of the table did not come out of it.")
    return [("", page)]


def page_once_grown(asking: Asking) -> Pages:
    """A page of a table that was asked before its newest tweet was there."""
    newest = asking.look.tweet(len(asking.history.authors))
    table = WatchedTable([row for row in asking.rows() if row[1] != newest])
    asking.page_of(table)
    table.hold(asking.rows())
    return [("", asking.page_of(table))]


PAGES: dict[str, Callable[[Asking], Pages]] = {
    "": page_alone,
    "beside": pages_beside,
    "fails": page_after_failure,
    "grows": page_once_grown,
}


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
    """The second page of twenty from a real stage 2's rows, before and after all others have posted on and on.

    Pages of other sizes are told only where they cost too much.
    """
    rows, before, _ = stored_rows(1)
    table, grown = (second_page_table(answer, *stored_rows(growth)) for growth in (1, GROWTH))
    words = f"rows read for the second page of {LIMIT} from {FOLLOWED} authors"
    ever_more = "whole_table" if len(grown.read) > len(table.read) else ""
    why = ever_more or misconception_of_reads(rows, table, FOLLOWEES, before)
    costs = [
        StageCost(words, len(table.read), LIMIT + FOLLOWED, why),
        StageCost(f"{words}, others having posted {GROWTH} times as much", len(grown.read), len(table.read), why),
        StageCost("lookups in the index for it", grown.lookups, LIMIT + 2 * FOLLOWED),
    ]
    return [*costs, *(cost for cost in costs_of_other_pages(answer, rows, before) if cost.over)]


def second_page_table(answer: Any, rows: Sequence[Row], before: int | None, right: list[int]) -> TweetTable:
    """The table after the answer has made its second page."""
    return table_after_page(answer, rows, right, FOLLOWEES, (before, LIMIT))


def costs_of_other_pages(answer: Any, rows: Sequence[Row], before: int | None) -> Iterator[StageCost]:
    """What pages of other sizes cost, from the same rows."""
    for authors, limit, cursor in (FOLLOWEES[:1], 2, None), (FOLLOWEES[:5], LIMIT, None), (FOLLOWEES, 1, before):
        right = newest_ids([tweet for author, tweet in rows if author in authors and tweet < (cursor or inf)], limit)
        table = table_after_page(answer, rows, right, authors, (cursor, limit))
        words = f"rows read for {'a' if cursor else 'the first'} page of {limit} from {len(authors)} of the authors"
        why = misconception_of_reads(rows, table, authors, cursor)
        yield StageCost(words, len(table.read), limit + len(authors), why)


def misconception_of_reads(rows: Sequence[Row], table: TweetTable, authors: Sequence[int], before: int | None) -> str:
    """The misconception that reads these rows: all there are, or all that the authors have posted below the cursor."""
    lying, below = sorted(rows), before or inf
    read = {lying[place] for place in table.read}
    if read.issuperset(row for row in lying if row[0] not in authors):
        return "whole_table"
    return "whole_runs" if read.issuperset(row for row in lying if row[0] in authors and row[1] < below) else ""


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


def table_after_page(
    answer: Any, rows: Sequence[Row], right: list[int], authors: Sequence[int], question: tuple[int | None, int]
) -> TweetTable:
    """The table after the answer has made a page from it; `question` are the cursor and the limit."""
    table = TweetTable(rows)
    if call_answer(answer, table, list(authors), *question, gives=list) != right:
        page = "second page" if question[1] == LIMIT and question[0] else "page"
        raise Misbehaved(f"the {page} of {question[1]} does not hold the newest tweets of the {len(authors)} authors.")
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
    looks=(*LOOKS, LATEST),
)
