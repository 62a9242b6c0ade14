"""Whatever a learner's code does, the guard ends it, keeps it quiet and notices what it did to its arguments."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from itertools import pairwise

import duckdb
import pytest

from twitterlab.classroom.check import guard
from twitterlab.classroom.check.guard import Misbehaved, Stopped, call_answer, time_limit

SHORT_S = 0.2

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm that stops Python")


def loop():
    while True:
        pass


def loop_that_catches():
    while True:
        with contextlib.suppress(Exception):
            loop()


def loop_that_catches_everything():
    while True:
        try:
            sum(range(50))
        except BaseException:
            continue


def endless():
    while True:
        yield 1


@pytest.mark.parametrize("answer", [loop, loop_that_catches, loop_that_catches_everything])
def test_what_does_not_end_is_stopped(answer):
    with pytest.raises(Stopped):
        call_answer(answer, seconds=SHORT_S)


def test_an_iterator_that_does_not_end_is_stopped_where_it_is_gone_through():
    with pytest.raises(Stopped):
        call_answer(endless, then=all, seconds=SHORT_S)


def test_a_query_that_does_not_end_is_interrupted():
    connection = duckdb.connect()
    endless_query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0) SELECT count(*) FROM n"
    with pytest.raises(Stopped), time_limit(SHORT_S, interrupt=connection.interrupt):
        connection.execute(endless_query.replace("i + 1", "1")).fetchall()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_an_alarm_that_was_set_before_is_set_again():
    heard = []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append("theirs"))
    kept = signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        assert call_answer(lambda: 3) == 3
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 60
        signal.raise_signal(signal.SIGALRM)
        assert heard == ["theirs"]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *kept)


def test_an_alarm_that_was_set_before_is_not_worn_out_by_many_short_calls():
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    left, interval = signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        for _ in range(50):
            call_answer(int, "1")
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 2
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def test_in_another_thread_an_answer_runs_without_an_alarm():
    got = []
    thread = threading.Thread(target=lambda: got.append(call_answer(lambda: 3)))
    thread.start()
    thread.join()
    assert got == [3]


def test_what_an_answer_prints_is_kept_short_and_shown_to_nobody_else(capsys):
    said = guard.fresh_printed()

    def talk():
        for line in range(10_000):
            print("line", line)
        print("on the other stream", file=sys.stderr)
        return 1

    call_answer(talk)
    assert capsys.readouterr() == ("", "")
    assert str(said).startswith("line 0\nline 1\n")
    assert str(said).endswith("… (10,001 lines)")
    assert len(said.text) == guard.KEPT


def test_an_answer_that_returns_none_is_told_so():
    with pytest.raises(Misbehaved, match="returned None"):
        call_answer(lambda: None)
    assert call_answer(lambda: None, none=True) is None


def test_an_answer_that_gives_no_iterator_where_one_is_asked_for_is_told_so():
    with pytest.raises(Misbehaved, match="gave 3"):
        call_answer(lambda: 3, then=list)


@pytest.mark.parametrize("argument", [[3, 1, 2], {1: [2]}, [(1, [2])]])
def test_an_answer_that_changes_its_argument_is_told_so(argument):
    def change(given):
        given.clear()
        return 1

    with pytest.raises(Misbehaved, match="argument 1 was"):
        call_answer(change, argument)


def test_an_argument_that_is_there_to_be_changed_may_be():
    feeds = {1: [3]}
    assert call_answer(lambda given: given.update({2: [4]}) or 1, feeds, may_change=(0,)) == 1
    assert feeds == {1: [3], 2: [4]}


def test_an_iterator_may_be_gone_through():
    assert call_answer(list, iter([1, 2])) == [1, 2]


def test_what_an_answer_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        call_answer(lambda: 1 / 0)


@pytest.mark.parametrize(
    ("argument", "change"),
    [
        ([iter([]), iter([1])], lambda sources: sources.pop(0)),
        ([iter([]), iter([1])], lambda sources: sources.reverse()),
        ({1: iter([2])}, lambda timelines: timelines.pop(1)),
        ({1, 2}, lambda active: active.intersection_update({1})),
        ([1, 2], lambda numbers: numbers.__setitem__(0, True)),
        ([[object()]], lambda nested: nested[0].append(1)),
        ({1: 2, 3: 4}, lambda places: places.update({1: 2.0})),
    ],
)
def test_a_change_of_a_container_is_seen_whatever_lies_in_it(argument, change):
    with pytest.raises(Misbehaved, match="argument 1 was"):
        call_answer(lambda given: change(given) or 1, argument)


def test_what_was_given_may_hold_anything_and_is_not_looked_into():
    given = [float("nan"), object(), iter([1]), {2: (3, [4])}, frozenset({5})]
    assert call_answer(len, given) == 5


def test_a_type_that_is_named_must_be_given():
    assert call_answer(lambda: [1], gives=list) == [1]
    with pytest.raises(Misbehaved, match="Asked for was a list, and this is a tuple"):
        call_answer(lambda: (1,), gives=list)
    with pytest.raises(Misbehaved, match="Asked for was an int, and this is a bool"):
        call_answer(lambda: True, gives=int)


def test_a_clock_stands_still_and_the_time_of_day_steps_back_and_afterwards_all_clocks_are_the_systems_again():
    clocks = {name: getattr(time, name) for name in ("time", "time_ns", "monotonic", "perf_counter_ns")}

    def read(name):
        return [getattr(time, name)() for _ in range(40)]

    for name in clocks:
        shown = call_answer(read, name)
        steps = [after - before for before, after in pairwise(shown)]
        assert 0 in steps
        assert (min(steps) < 0) == name.startswith("time"), name
        assert all(isinstance(one, int) for one in shown) == name.endswith("_ns")
    assert {name: getattr(time, name) for name in clocks} == clocks
