"""Exercise 4.1: a rule that says where a user lives: the same everywhere, fair, and calm when a shard is added."""

from __future__ import annotations

import json
import linecache
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.answers import home_of
from twitterlab.classroom.check.cells import FILE, GIVEN
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, Stopped, short_repr, time_limit
from twitterlab.model import integer

MANY, COUNTS = 10_000, (2, 4, 6, 8, 10, 12, 14, 15)  # users, and the numbers of shards that they are dealt to
CROWDS = (range(MANY), range(MANY, 2 * MANY), range(7, 500_000_000, 50_000), range(2**60, 2**60 + MANY))
DEALT = (0, 1, 2, 3, 1, 2, 0, 3)  # which crowd is dealt to each of these numbers of shards
SCATTERED = (*range(0, MANY, 499), 10**12, 2**60)
FULLEST, MOVED = 1.25, 1.2  # the most that is fair, in fair shares
AT_ONCE = 1_000  # users who are dealt while one alarm is set
CROWD_S, PROCESS_S = 4.0, 10.0
SEEDS = ("1", "2")
ELSEWHERE = """
import json, sys, time
now, time.time = time.time, lambda: now() + 100 * 86_400  # some months later
source, users, shards, given = json.load(sys.stdin)
module = sys.modules["my_parts"] = type(sys)("my_parts")
vars(module).update(dict.fromkeys(given, lambda *_, **__: None))
exec(source, vars(module))
places = [int(module.shard_of(user, shards)) for user in users]
print(json.dumps(places), file=sys.__stdout__)
"""


class History(NamedTuple):
    """Users who are dealt to some shards, and whether a process that starts afresh is asked too."""

    users: tuple[int, ...]
    shards: int
    elsewhere: bool = False


def small_histories() -> Iterator[History]:
    """The rule in another process, then each of the first users alone, and then thousands of users at once."""
    yield History(tuple(range(16)), 4, elsewhere=True)
    for user in range(24):
        yield from (History((user,), shards) for shards in range(1, 9))
    yield from (History((user,), shards) for user in (0, 10**12, 2**60) for shards in (40, 64, 65, 130))
    yield History(SCATTERED, 13, elsewhere=True)
    yield from (History(tuple(CROWDS[crowd]), shards) for shards, crowd in zip(COUNTS, DEALT, strict=True))


def longer_histories() -> Any:
    """Any few users, and more shards."""
    from hypothesis import strategies as st

    users = st.lists(st.integers(0, 500_000_000) | st.integers(0, 40), min_size=1, max_size=6, unique=True)
    return st.builds(History, users.map(tuple), st.integers(1, 80), st.just(False))


def story(history: History) -> str:
    """Who is dealt to how many shards."""
    users, shards, elsewhere = history
    step = f", one in {users[1] - users[0]:,}" if len(users) > 6 and users[1] > users[0] + 1 else ""
    listed = f"{users[0]:,} to {users[-1]:,}{step}" if len(users) > 6 else ", ".join(map(str, users))
    if users == SCATTERED:
        listed = f"{users[0]:,} to {users[-3]:,}{step}, {users[-2]:,} and {users[-1]:,}"
    who = f"Users {listed} are" if len(users) > 1 else f"User {listed} is"
    then = "A process that is started afresh deals them too" if elsewhere else "Then one more shard is added"
    return f"{who} dealt to {shards} shard{'s' * (shards > 1)}. {then}."


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the rule says the same everywhere; or is fair, and moves users to a new shard alone."""
    users, shards, elsewhere = history
    places = deal_users(answer, users, shards)
    if elsewhere:
        return find_differing(answer, history, places)
    many, grown = len(users) == MANY, deal_users(answer, users, shards + 1)
    if found := find_crowded(places, shards) if many else find_fickle(answer, history, places):
        return found
    if found := find_moved(history, places, grown):
        return found if found.why != ("modulo",) or deals_anew(answer) else found._replace(why=())
    return find_crowded(grown, shards + 1) if many else None


def deals_anew(answer: Any) -> bool:
    """Whether with each new shard nearly all move, as they do where the remainder decides."""
    users = range(MANY, MANY + 560)
    for shards in (2, 4, 7):
        pairs = zip(deal_users(answer, users, shards), deal_users(answer, users, shards + 1), strict=True)
        stayed = sum(before == after for before, after in pairs) / len(users)
        if abs(stayed - 1 / (shards + 1)) > 0.1:
            return False
    return True


def deal_users(answer: Any, users: Sequence[int], shards: int) -> list[int]:
    """Where the rule puts each user; Misbehaved where that is no shard."""
    given = given_places(answer, users, shards)
    for user, one in zip(users, given, strict=True):
        place = integer(one)
        if place is None or not 0 <= place < shards:
            asked = f"a whole number from 0 to {shards - 1}" if shards > 1 else "0, the only shard"
            raise Misbehaved(f"shard_of({user}, {shards}) returned {short_repr(one)}. Asked for was {asked}.")
    return [int(one) for one in given]


def given_places(answer: Any, users: Sequence[int], shards: int) -> list[Any]:
    """What the rule gives for each user; Misbehaved where it takes too much of the processor."""
    given, start = list[Any](), time.process_time()
    for first in range(0, len(users), AT_ONCE):
        some = users[first : first + AT_ONCE]
        with suppress(Stopped), time_limit(CROWD_S):
            given += [answer(user, shards) for user in some]
        if len(given) < first + len(some) or time.process_time() - start > CROWD_S:
            slow = f"To deal {len(users):,} users to {shards} shards took more than {CROWD_S:g} s."
            raise Misbehaved(f"{slow} The rule is asked for every user: what it builds for all, build once.")
    return given


def find_fickle(answer: Any, history: History, places: Sequence[int]) -> WrongAnswer | None:
    """Whether the rule says something else when it is asked again, the last user first."""
    again = deal_users(answer, history.users[::-1], history.shards)[::-1]
    return first_unlike(history, places, again, "when asked again", ("chance",))


def first_unlike(
    history: History, one: Sequence[int], two: Sequence[int], when: str, why: tuple[str, ...]
) -> WrongAnswer | None:
    """The first user of whom two askings say different things."""
    for user, first, then in zip(history.users, one, two, strict=True):
        if first != then:
            return WrongAnswer(f"shard {first} for user {user}, and shard {then} {when}", "the same shard", why)
    return None


def find_crowded(places: Sequence[int], shards: int) -> WrongAnswer | None:
    """Whether the fullest shard has too many users."""
    fullest, most = max(Counter(places).values()), int(FULLEST * MANY / shards)
    if fullest <= most:
        return None
    why = ("ranges",) if in_ranges(places) else ("uneven",) if len(set(places)) > 1 else ()
    return WrongAnswer(f"{fullest:,} users on the fullest of {shards} shards", f"at most {most:,}", why)


def in_ranges(places: Sequence[int]) -> bool:
    """Whether shards keep users whose numbers follow one another."""
    return len(set(places)) > 1 and list(places) == sorted(places)


def find_moved(history: History, before: Sequence[int], after: Sequence[int]) -> WrongAnswer | None:
    """Whether users move to the new shard alone, and not too many of them."""
    users, new = history.users, history.shards
    movers = [(old, place) for old, place in zip(before, after, strict=True) if old != place]
    astray = [(old, place) for old, place in movers if place != new]
    if len(users) < MANY:
        why = ("modulo",)
        told = [
            (f"shard {old}, then shard {place}", f"shard {old} still, or the new shard {new}") for old, place in astray
        ]
        return WrongAnswer(*told[0], why) if told else None
    most = int(MOVED * MANY / (new + 1))
    if not astray and len(movers) <= most:
        return None
    why = ("uneven",) if not astray else ("ranges",) if in_ranges(before) else ("modulo",)
    got = f"{len(movers):,} users who move, {len(astray):,} of them to a shard that was there before"
    return WrongAnswer(got, f"at most {most:,}, all of them to the new shard {new}", why)


# In another process


def find_differing(answer: Any, history: History, here: Sequence[int]) -> WrongAnswer | None:
    """Whether a process that is started afresh says something else when it is asked for the last user first."""
    source = "".join(linecache.getlines(FILE)) if home_of(answer) == "my_parts.shard_of" else ""
    if not source:
        return None  # an answer without a cell, which no other process can be given
    users, shards, _ = history
    seed, other_seed = SEEDS if os.environ.get("PYTHONHASHSEED") != SEEDS[0] else SEEDS[::-1]  # the first is not ours
    there = run_elsewhere(source, users[::-1], shards, seed)[::-1]
    if there == list(here):
        return None
    if there != run_elsewhere(source, users, shards, seed):
        why: tuple[str, ...] = ("chance",)
    else:
        why = ("hash_of_a_process",) * (there != run_elsewhere(source, users, shards, other_seed))
    return first_unlike(history, here, there, "in the other process", why)


def run_elsewhere(source: str, users: Sequence[int], shards: int, seed: str) -> list[int]:
    """What a cell says in a process of its own."""
    with time_limit(PROCESS_S):
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            input=json.dumps([source, users, shards, GIVEN]),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise Misbehaved(f"There your cell fails: {(done.stderr.strip().splitlines() or ['no word why'])[-1]}")
    places: list[int] = json.loads(done.stdout.splitlines()[-1])
    return places


def stage_costs(answer: Any) -> list[StageCost]:
    """A fifth shard joins a real system of four, and no page may change by it."""
    users, chance = 2_000, Random(41)
    graph = tl.FollowGraph.synthetic(users=users, mean_follows=8, seed=4)
    places = {shards: deal_users(answer, range(users), shards) for shards in (4, 5)}
    with tl.UserShards(
        graph, clock=tl.ManualClock(), shards=4, shard_of=lambda user, n: places[n][user], counting=False
    ) as system:
        system.post_many([(author, "hello") for author in chance.sample(range(users), 400)])
        readers = chance.sample(range(users), 10)
        before = [system.feed(reader) for reader in readers]
        movers = system.add_shard()
        if [system.feed(reader) for reader in readers] != before:
            raise Misbehaved("after the fifth shard had joined, some readers' pages were others.")
    return [
        StageCost(
            f"users of {users:,} who move when a fifth shard joins four", movers, int(MOVED * users / 5), "modulo"
        )
    ]


EXERCISE = Exercise("4.1", small_histories, longer_histories, story, problem, stage_costs)
