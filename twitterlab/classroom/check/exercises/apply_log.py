"""Exercise 3.1: apply a log that comes in pieces, twice and in no order, as if it had come once and in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product
from random import Random
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look, Opaque
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer, short_repr
from twitterlab.model import integer
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database

ANYTHING = Look(1, words="Here a change may be anything at all: nothing, false, or something that cannot be compared.")
Batch = tuple[int, ...]  # positions, in the order in which the network brought them
AHEAD, AGAIN, ROUNDS = 12, 4, 200
MOST = 100  # applications beyond a batch's own, after which an answer that does not end is stopped
LONG, FAR = 3_000, 10**15  # entries of the longest batch; a position far above all others


class History(NamedTuple):
    """Where a replica stands at first, and what it is brought; `fails` is a change that cannot be applied at first."""

    start: int
    batches: tuple[Batch, ...]
    fails: int = 0
    beside: bool = False  # whether another replica applies the same in between


class NamedChange(str):
    """What a change says. Those of two positions may say the same, as when somebody follows, unfollows and follows."""

    number: int


def change_at(number: int, look: Look) -> Any:
    """The change at a position; in other looks than the plain one it is anything at all."""
    if look == ANYTHING:
        return ("", None, "user 1 posts 'hi'", "user 1 posts 'hi'", Opaque(), [])[number % 6]
    change = NamedChange("user 1 follows 2" if number % 2 else "user 1 unfollows 2")
    change.number = number
    return change


def small_histories() -> list[History]:
    """One batch of up to three entries, to a replica at position 0 or 1, or two batches of up to two; then larger ones.

    The larger ones are changes that fail at first, two replicas in turn, and what is long, far away or high up.
    """
    three, two = ([batch for n in range(most + 1) for batch in product((1, 2, 3), repeat=n)] for most in (3, 2))
    found = [History(start, (batch,)) for start in (0, 1) for batch in three]
    found += [History(0, batches) for batches in product(two, repeat=2)]
    fails = [History(0, (batch,), fails) for batch in permutations((1, 2, 3)) for fails in (1, 2, 3)]
    beside = [History(0, (batch,), 0, True) for batch in [*product((1, 2), repeat=2), *permutations((1, 2, 3))]]
    far = [History(0, ((FAR,),)), History(FAR, ((FAR + 2, FAR + 1, FAR),)), History(0, ((2, FAR, 1),))]
    long = tuple(range(LONG, 0, -1))
    return [*sorted(found, key=history_size), *fails, *beside, *far, History(0, (long,)), History(1, (long + long,))]


def history_size(history: History) -> tuple[int, ...]:
    """How much there is to read in a history."""
    entries = [position for batch in history.batches for position in batch]
    return len(entries), len(history.batches), max(entries, default=0), history.start


def longer_histories() -> Any:
    """Longer logs in more batches, also where positions are high."""
    from hypothesis import strategies as st

    def raised(history: History, by: int) -> History:
        return History(by + history.start, tuple(tuple(by + number for number in batch) for batch in history.batches))

    batches = st.lists(st.lists(st.integers(1, 12), max_size=12).map(tuple), max_size=6).map(tuple)
    return st.builds(raised, st.builds(History, st.integers(0, 4), batches), st.sampled_from((0, 300)))


def story(history: History) -> str:
    """Where the replica is, and what comes."""
    batches = ", then ".join(map(batch_in_words, history.batches)) or "nothing"
    fails = f" Change {history.fails} cannot be applied at first: apply raises. Then the batch comes once more."
    beside = " While it applies a change, another replica gets the same."
    told = f"A replica is at position {history.start}. The network brings it the entries {batches}."
    return told + fails * (history.fails > 0) + beside * history.beside


def batch_in_words(batch: Batch) -> str:
    """The positions of a batch; of a long one the first dozen."""
    return str(list(batch)) if len(batch) <= 12 else f"{str(list(batch[:12]))[:-1]}, …] ({len(batch):,} of them)"


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each batch is applied as far as it goes on from the position; then the same at another replica."""
    before = history.start
    for batch in history.batches:
        after = right_position(before, batch)
        right = list(range(before + 1, after + 1)), after
        for replica in (1, 2):
            replicas = Replicas(answer, history, look)
            got = replicas.apply_until_done(before, batch)
            if got != right:
                place = "" if replica == 1 else " at a second replica, which got the same"
                why = misconceptions_of(before, batch, *got) if replica == 1 else ("remembers",)
                return WrongAnswer(applied_words(*got) + place, applied_words(*right), why)
            if replicas.others_applied not in ([], [right[0]] * len(replicas.others_applied)):
                return WrongAnswer(f"{replicas.others_applied[0]} at the other replica", str(right[0]), ("remembers",))
        before = after
    return None


class Replicas:
    """A replica that the answer brings forward, always by the same `apply`, and another one beside it.

    What was applied is told by the numbers of the changes.
    """

    def __init__(self, answer: Any, history: History, look: Look) -> None:
        self._answer, self._history, self._look = answer, history, look
        self._failing, self.others_applied = history.fails, list[list[Any]]()
        self._applied, self._expected, self._changes = list[Any](), list[int](), dict[int, Any]()
        self._batch: Batch = ()
        self._position, self._given_apply = 0, self._apply

    def apply_until_done(self, position: int, batch: Batch) -> tuple[list[Any], int]:
        """What is applied of a batch, and the position in the end; where a change failed, it is sent once more."""
        try:
            position = self.apply_batch(position, batch)
        except Unreachable:
            return self._applied, self.apply_batch(position + len(self._applied), batch)
        if self._failing != self._history.fails:
            raise Misbehaved(f"Your function returned {position}, and change {self._history.fails} had failed.")
        return self._applied, position

    def apply_batch(self, position: int, batch: Batch) -> int:
        """The position that the answer returns."""
        self._position, self._batch = position, batch
        self._changes = {number: change_at(number, self._look) for number in batch}
        self._expected = list(range(right_position(position, batch), position, -1))
        given = [(number, self._changes[number]) for number in batch]
        return position_of(call_answer(self._answer, position, given, self._given_apply))

    def _apply(self, change: Any) -> None:
        number = number_of(change, self._changes, self._expected[-1:])
        if number == self._failing:
            self._failing = 0
            raise Unreachable("the disk does not take it now")
        self._applied.append(number)
        self._expected[-1:] = []
        if len(self._applied) > MOST + len(self._batch):
            raise Misbehaved(f"Your function applied more than {MOST + len(self._batch)} changes, and was stopped.")
        if self._history.beside:
            other = Replicas(self._answer, self._history._replace(beside=False), self._look)
            other.apply_batch(self._position, self._batch)
            self.others_applied.append(other._applied)


def number_of(change: Any, changes: dict[int, Any], expected: Sequence[int]) -> Any:
    """The position of a change that was applied: the one that is expected, where it says that; else itself."""
    if isinstance(change, NamedChange):
        return change.number
    known = (number for number in (*expected, *changes) if same_change(changes.get(number), change))
    return next(known, change)


def same_change(one: Any, two: Any) -> bool:
    """Whether two changes are the same, or say the same."""
    return one is two or (isinstance(one, str) and isinstance(two, str) and str(one) == str(two))


def right_position(position: int, batch: Batch) -> int:
    """How far a replica comes with one batch."""
    while position + 1 in batch:
        position += 1
    return position


def position_of(got: Any) -> int:
    """What was returned, where it is a position."""
    position = integer(got)
    if position is None:
        raise Misbehaved(f"Your function returned {short_repr(got)}. A position was asked for, a whole number.")
    return position


def applied_words(applied: Sequence[Any], position: int) -> str:
    """What was applied of the last batch, and the position."""
    shown = [*map(short_repr, applied[:12]), *["…"] * (len(applied) > 12)]
    return f"position {position} (applied: {', '.join(shown) or 'nothing'})"


def misconceptions_of(before: int, batch: Batch, applied: Sequence[Any], position: int) -> tuple[str, ...]:
    """The misconceptions that give this."""
    after = right_position(before, batch)
    right = list(range(before + 1, after + 1))
    short = list(applied) == right[: len(applied)] and position == before + len(applied) < after
    numbers = [one for one in applied if isinstance(one, int)]
    found = {
        "exactly_once": len(set(numbers)) < len(numbers) or any(number <= before for number in numbers),
        "gap_is_lost": any(number > after and number in batch for number in numbers),
        "same_words": short_of_words(right, applied),
        "remembers": not set(numbers) <= set(batch),
        "order_of_arrival": short
        and position in (position_passing_over(before, batch), position_stopping(before, batch)),
        "first_stop": short and position == position_stopping(before, sorted(batch)),
        "newest_seen": list(applied) == right and position > after,
    }
    return tuple(key for key, fits in found.items() if fits)


def short_of_words(right: Sequence[int], applied: Sequence[Any]) -> bool:
    """Whether just the changes are missing that say what an earlier one of them said."""
    return list(applied) == right[:2] and len(right) > 2


def position_passing_over(position: int, batch: Sequence[int]) -> int:
    """How far one comes who looks at each entry once, and passes over what is not next."""
    for number in batch:
        position += number == position + 1
    return position


def position_stopping(position: int, batch: Sequence[int]) -> int:
    """How far one comes who stops at the first entry that is not next."""
    for number in batch:
        if number != position + 1:
            break
        position = number
    return position


def stage_costs(answer: Any) -> list[StageCost]:
    """A real leader's log, over a network that loses, repeats and shuffles, to a real replica."""
    graph = tl.FollowGraph.synthetic(users=50, mean_follows=4, seed=3)
    with tl.ReadReplicas(graph, clock=tl.ManualClock(), replicas=1) as system:
        write_every_kind(system, Random(31))
        log = system.tables.leader.log_after(0, 1_000)
        leader, replica = system.tables.databases
        applied = changes_applied(answer, log, replica, Random(32))
        if node_rows(leader) != node_rows(replica):
            raise Misbehaved(f"the leader's {len(log)} changes came, and the replica's rows are not the leader's.")
    return [StageCost(f"changes applied for a log of {len(log)}", applied, len(log), "exactly_once")]


def write_every_kind(system: tl.ReadReplicas, chance: Random) -> None:
    """Sixty writes of every kind; a post may be deleted, a follow undone."""
    posted: list[tl.Tweet] = []
    for _ in range(60):
        reader, author = chance.sample(range(50), 2)
        kind = chance.choice(("post", "post", "follow", "unfollow", "delete"))
        if kind == "post":
            posted.append(system.post(author, "hello"))
        elif kind == "delete" and posted:
            tweet = posted.pop(chance.randrange(len(posted)))
            system.delete(tweet.author, tweet.id)
        elif kind in ("follow", "unfollow"):
            getattr(system, kind)(reader, author)


def changes_applied(answer: Any, log: Sequence[Change], replica: Database, chance: Random) -> int:
    """How many changes are applied until the replica is where the log ends: what did not come is sent again."""
    position, applied = 0, 0

    def apply(change: Change) -> None:
        nonlocal applied
        applied += 1
        replica.apply([change])

    for _ in range(ROUNDS):
        sent = log[max(position - AGAIN, 0) : position + AHEAD]
        came = [(c.position, c) for c in chance.choices(sent, k=len(sent))]  # some twice, some not at all
        position = position_of(call_answer(answer, position, came, apply))
        if position >= len(log):
            return applied
    raise Misbehaved(f"after {ROUNDS} batches the position is {position}, and the log ends at {len(log)}.")


def node_rows(database: Database) -> list[Any]:
    """All that a node has stored."""
    return [database.peek(f"FROM {table} ORDER BY ALL") for table in ("tweets", "follows")]


EXERCISE = Exercise("3.1", small_histories, longer_histories, story, problem, stage_costs, looks=(ANYTHING,))
