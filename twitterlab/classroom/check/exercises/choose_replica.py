"""Exercise 3.2: choose the replica for a read, so that no page is stale and the leader is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look, same_list
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import in_a_sentence
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr
from twitterlab.model import Position, integer
from twitterlab.parts.store.database import Database

Chosen = list[int | None]  # at each turn: a replica, or None for the leader
READERS, ROUNDS = 8, 50
EARLY = 4  # the last of the turns with which small histories begin
MANY = 1_500  # replicas on either side of the one that is fresh
TURNLESS = {"freshest", "any_will_do"}  # beliefs of those who do not need the turn
SEVERAL, TOLD = 100, 12  # replicas that are all fresh; most that are told


class History(NamedTuple):
    """How far each replica is, what the reads must have seen, and the turn of the first of them."""

    positions: tuple[int, ...]
    at_least: int
    turn: int = 0

    @property
    def fresh(self) -> list[int]:
        """The replicas that may serve."""
        return [n for n, position in enumerate(self.positions) if position >= self.at_least]

    @property
    def turns(self) -> range:
        """The turns that are asked for: as many as there are replicas; of a great many replicas, the first."""
        replicas = len(self.positions)
        return range(self.turn, self.turn + (MANY // 100 if replicas > MANY else max(replicas, 1)))

    @property
    def other(self) -> History:
        """Another system, whose replicas are numbered the other way round."""
        return self._replace(positions=self.positions[::-1])


def small_histories() -> Iterator[History]:
    """Up to three replicas at positions up to 2; in the end none at all, which happens when the last was promoted."""
    for replicas, turn in product((1, 2, 3), (0, EARLY)):
        for positions, at_least in product(product(range(3), repeat=replicas), range(4)):
            yield History(positions, at_least, turn)
    yield History((), 1)
    for turn, positions in product((9_999, 99_998, 10**12 - 1, 2**60 - 1), ((1, 1), (1, 1, 1), (0, 1, 1))):
        yield History(positions, 1, turn)
    yield History((*[0] * MANY, 1, *[0] * MANY), 1)
    yield History((2**60, 2**60 - 1, 2**60 + 1), 2**60, 7)
    yield History((1,) * SEVERAL, 1, SEVERAL + 3)


def longer_histories() -> Any:
    """More replicas, further apart, later in the day."""
    from hypothesis import strategies as st

    numbers = st.integers(0, 10_000) | st.integers(0, 6)
    return st.builds(History, st.lists(numbers, max_size=8).map(tuple), numbers, numbers)


def story(history: History) -> str:
    """The replicas, and the reads, one turn for each replica."""
    positions, at_least, turn = history
    if len(positions) < 2:
        replica = f"Replica 0 is at position {positions[0]}" if positions else "There is no replica"
        return f"{replica}. A read at turn {turn} asks for a node that has seen position {at_least}."
    if len(positions) == SEVERAL:
        reads = f"Reads at turns {turn} to {turn + SEVERAL - 1} ask for a node that has seen position {at_least}."
        return f"There are {SEVERAL} replicas at position {positions[0]}. {reads}"
    if len(positions) > MANY:
        fresh = f"Of {len(positions):,} replicas replica {history.fresh[0]} alone has seen position {at_least}"
        return f"{fresh}, and a read at turn {turn} asks for it."
    numbers, turns = range(len(positions)), history.turns
    replicas = f"Replicas {in_a_sentence(numbers)} are at positions {in_a_sentence(positions)}"
    return f"{replicas}. Reads at turns {in_a_sentence(turns)} ask for a node that has seen position {at_least}."


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the reads go to fresh replicas, to each of them, and to the leader only where there is none.

    Then another system asks the same function in between.
    """
    chosen = [chosen_by(answer, history.positions, history.at_least, turn) for turn in history.turns]
    if not serves_rightly(chosen, history):
        early = history.turn <= EARLY and len(history.positions) < SEVERAL  # what fails late alone is no belief
        why = misconceptions_of(chosen, history.fresh, history) if early else ()
        if not TURNLESS.isdisjoint(why) and not ignores_turn(answer):
            why = tuple(key for key in why if key not in TURNLESS)
        return WrongAnswer(turns_in_words(chosen), right_in_words(history), why)
    systems = (history, history.other)
    both = [[chosen_by(answer, one.positions, one.at_least, turn) for one in systems] for turn in history.turns]
    for one, by_turns in zip(systems, map(list, zip(*both, strict=True)), strict=True):
        if not serves_rightly(by_turns, one):
            beside = f" where systems with the positions {systems[0].positions} and {systems[1].positions} ask in turn"
            return WrongAnswer(turns_in_words(by_turns) + beside, right_in_words(one))
    return None


def chosen_by(answer: Any, positions: Sequence[int], at_least: int, turn: int) -> int | None:
    """What the answer chooses at one turn."""
    got = call_answer(answer, same_list("positions", positions), at_least, turn, none=True)
    number = integer(got)
    if got is not None and (number is None or not 0 <= number < len(positions)):
        known = f"a replica's number ({' or '.join(map(str, range(len(positions))))}), or None" if positions else "None"
        raise Misbehaved(f"Your function returned {short_repr(got)} at turn {turn}. Asked for was {known}.")
    return number


def ignores_turn(answer: Any) -> bool:
    """Whether of three replicas that are fresh the answer chooses one at every turn, or any one at the same turn."""
    try:
        by_turn, again = ({chosen_by(answer, (1, 2, 3), 1, turn) for turn in turns} for turns in (range(12), [0] * 12))
    except Exception:  # it fails on other replicas than those that it was asked of
        return False
    return len(by_turn) == 1 or len(again) > 1


def serves_rightly(chosen: Chosen, history: History) -> bool:
    """Whether every fresh replica serves, where all are just once, and no other; without any the leader does."""
    fresh = history.fresh
    serving: set[int | None] = set(fresh) or {None}
    return set(chosen) == serving and (len(fresh) < len(history.positions) or len(serving) == len(chosen))


def turns_in_words(chosen: Chosen) -> str:
    """Who answers at each turn."""
    return numbers_in_words(["None" if number is None else f"replica {number}" for number in chosen])


def numbers_in_words(numbers: Sequence[object]) -> str:
    """A dozen of them at most."""
    return in_a_sentence(numbers if len(numbers) <= TOLD else [*numbers[:TOLD], "so on"])


def right_in_words(history: History) -> str:
    """What would be right."""
    fresh, replicas = history.fresh, len(history.positions)
    if not fresh:
        return "None, the leader"
    if len(fresh) == replicas:
        return f"replica{'s' * (replicas > 1)} {numbers_in_words(fresh)}" + ", each once" * (replicas > 1)
    return f"replica{'s' * (len(fresh) > 1)} {in_a_sentence(fresh)}" + (
        ", each at least once" * (len(fresh) > 1) or " each time"
    )


def misconceptions_of(chosen: Chosen, fresh: Sequence[int], history: History) -> tuple[str, ...]:
    """The misconceptions that give this."""
    positions, at_least, _ = history
    turns = [one % max(len(positions), 1) for one in history.turns]
    ahead: set[int | None] = {n for n in fresh if positions[n] > at_least}
    named = {number for number in chosen if number is not None}
    newest = max(positions, default=0)
    found = {
        "soon_up_to_date": bool(named - set(fresh)),
        "one_try": bool(fresh) and chosen == [n if n in fresh else None for n in turns],
        "further_than": ahead != set(fresh) and set(chosen) == (ahead or {None}),
        "leader_needed": bool(fresh) and not named,
        "zero": None in chosen and 0 in fresh and named == set(fresh) - {0},
        "freshest": len(named) == 1 and named <= set(fresh) and all(positions[n] == newest for n in named),
        "any_will_do": bool(named) and named < set(fresh) and None not in chosen,
    }
    return tuple(key for key, fits in found.items() if fits)


def stage_costs(answer: Any) -> list[StageCost]:
    """A real leader and two replicas; readers ask for what they posted and saw, while the log is shipped."""
    graph = tl.FollowGraph.from_edges(
        [reader for reader in range(READERS) for _ in range(READERS)], [*range(READERS, 2 * READERS)] * READERS
    )
    with tl.ReadReplicas(graph, clock=tl.ManualClock(), replicas=2, counting=False) as system:
        asked = AskedReplicas(answer, system)
        system.tables.node_for_read = asked.reader  # type: ignore[method-assign]
        post_and_read(system, Random(33))
    return [StageCost(f"reads by the leader, of {asked.reads}", asked.by_leader, asked.hopeless, "leader_needed")]


class AskedReplicas:
    """The answer in place of a stage's own rule; counts its choices."""

    def __init__(self, answer: Any, system: tl.ReadReplicas) -> None:
        self._answer, self._tables = answer, system.tables
        self.reads = self.by_leader = self.hopeless = 0

    def reader(self, at_least: Position | None, shown: int, turn: int) -> Database:
        """The node for one read."""
        tables = self._tables
        seen = max(shown, 0 if at_least is None else tables.surviving_position(at_least))
        positions = [replica.position for replica in tables.replicas]
        number = chosen_by(self._answer, positions, seen, turn)
        self.reads += 1
        self.by_leader += number is None
        self.hopeless += all(position < seen for position in positions)
        return tables.leader if number is None else tables.replicas[number]


def post_and_read(system: tl.ReadReplicas, chance: Random) -> None:
    """Posts, shipping and pages in turn; a page that lacks what its reader has seen raises Misbehaved."""
    seen: dict[int, tl.Tweet] = {}  # the newest tweet that each reader was shown
    kept: dict[int, Position] = {}  # the position after it that each reader keeps
    for _ in range(ROUNDS):
        reader, author = chance.randrange(READERS), chance.randrange(READERS, 2 * READERS)
        tweet = system.post(author, "hello")
        if chance.random() < 0.5:
            seen[reader], kept[reader] = tweet, system.position  # this reader was told of it
        system.step(chance.randrange(4))
        reader = chance.randrange(READERS)
        page = system.feed(reader, at_least=kept.get(reader)).tweets
        if reader in seen and (not page or page[0].id < seen[reader].id):
            raise Misbehaved(f"a page of user {reader} does not go up to a tweet that they had seen.")
        seen |= {reader: page[0]} if page else {}


EXERCISE = Exercise("3.2", small_histories, longer_histories, story, problem, stage_costs)
