"""The learner's progress: counted once, in the course folder alone, and never lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support import made_up_course

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course import my_parts, progress, progress_map
from twitterlab.classroom.course.progress_records import (
    NotProgress,
    Progress,
    ProgressFile,
    Record,
    decode_file,
    file_bytes,
)

DAY = date(2026, 11, 26)
KINDS = ("error", "wrong", "over budget", "right")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield made_up_course.make_course(tmp_path, monkeypatch)
    made_up_course.forget_course()


def record(home: Path, key: str = "4.2") -> Record:
    return progress.read_progress(home).of(key)


# What is counted


def test_each_answer_is_counted_by_its_kind_and_misconception(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "utc_today", lambda: DAY)
    for kind, why in (("wrong", "in_turn"), ("wrong", "in_turn"), ("error", ""), ("over budget", "reads_ahead")):
        progress.note_answer("4.2", kind, why)
    assert not record(home).right
    progress.note_answer("4.2", "right")
    assert record(home) == Record(
        tries=5,
        answers={"wrong": 2, "error": 1, "over budget": 1, "right": 1},
        misconceptions={"in_turn": 2, "reads_ahead": 1},
        right_at=DAY,
    )


def test_what_was_not_attempted_is_not_counted(home: Path) -> None:
    progress.note_answer("4.2", "not attempted")
    assert made_up_course.course_files(home) == {}


def test_right_stays_right_with_its_first_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for later, kind in enumerate(("right", "wrong", "right")):
        monkeypatch.setattr(progress, "utc_today", lambda later=later: DAY + timedelta(days=later))
        progress.note_answer("4.2", kind)
    assert record(home).right_at == DAY
    assert record(home).tries == 3


def test_a_right_answer_that_is_run_again_needs_no_more_tries(home: Path) -> None:
    for kind in ("wrong", "right", "right", "right"):
        progress.note_answer("4.2", kind)
    assert record(home).tries_needed == 2
    assert Record(tries=1, answers={"right": 5}).tries_needed == 1  # as counts may be that were joined


def test_the_highest_hint_and_an_opened_solution_are_remembered(home: Path) -> None:
    for hints, solution in ((2, False), (1, True), (0, False)):
        progress.note_help("4.2", hints, solution)
    assert record(home) == Record(hints=2, solution=True)


def test_the_day_is_one_of_the_calendar() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(progress.utc_today()))


def test_the_file_is_as_it_is_documented_and_names_no_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "utc_today", lambda: DAY)
    progress.note_answer("4.2", "wrong", "in_turn")
    progress.note_answer("4.2", "right")
    assert json.loads((home / "progress.json").read_text()) == {
        "version": 1,
        "exercises": {
            "4.2": {
                **{"tries": 2, "answers": {"wrong": 1, "right": 1}, "misconceptions": {"in_turn": 1}},
                **{"right_at": "2026-11-26", "hints": 0, "solution": False},
            }
        },
    }


def test_a_key_that_is_none_is_refused_and_nothing_is_written(home: Path) -> None:
    with pytest.raises(ValueError, match="not the key"):
        progress.note_answer("../4.2", "wrong")
    assert made_up_course.course_files(home) == {}


# Where it is kept


def test_the_course_of_the_environment_goes_before_the_one_around(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = made_up_course.empty_course(tmp_path / "other")
    (other / "exercises").mkdir()
    monkeypatch.chdir(other / "exercises")
    assert progress.course_folder() == home
    monkeypatch.setenv(course.VARIABLE, str(tmp_path / "no course"))
    assert progress.course_folder() == other
    monkeypatch.delenv(course.VARIABLE)
    assert progress.course_folder() == other


def test_outside_of_a_course_nothing_is_written(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(course.VARIABLE)
    monkeypatch.chdir(tmp_path)
    before = made_up_course.course_files(tmp_path)
    assert progress.course_folder() is None
    progress.note_answer("4.2", "right")
    progress.note_help("4.2", 3, solution=True)
    assert made_up_course.course_files(tmp_path) == before


def test_a_folder_that_was_moved_keeps_its_progress(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress.note_answer("1.1", "right")
    my_parts.save_part(home, "ask", "1.1", "ask = 'mine'")
    before = progress_map.map_text(progress_map.places_of(home))
    moved = home.rename(tmp_path / "moved")
    monkeypatch.setenv(course.VARIABLE, str(moved))
    progress.note_answer("4.2", "wrong")
    assert record(moved, "1.1").right
    assert progress_map.map_text(progress_map.places_of(moved)) == before.replace("○ 4.2*", "◐ 4.2*").replace(
        "15 min  not begun", "15 min  tried once, not right yet"
    )
    assert str(tmp_path).encode() not in b"".join(made_up_course.course_files(moved).values())


# Never lost


RECORD = b'{"version": 1, "exercises": {"4.2": %s}}'
BROKEN = {
    "empty": b"",
    "half": b"{",
    "a list": b"[]",
    "null": b"null",
    "no text": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "no version": b'{"exercises": {}}',
    "no exercises": b'{"version": 1}',
    "a newer version": b'{"version": 2, "exercises": {}}',
    "exercises in a list": b'{"version": 1, "exercises": []}',
    "a strange key": b'{"version": 1, "exercises": {"x": {}}}',
    "a number": RECORD % b"3",
    "fewer than none": RECORD % b'{"tries": -1}',
    "a yes": RECORD % b'{"tries": true}',
    "one and a half": RECORD % b'{"tries": 1.5}',
    "endless": RECORD % b'{"hints": 1e999}',
    "too long": RECORD % (b'{"tries": ' + b"9" * 5000 + b"}"),
    "no day": RECORD % b'{"right_at": "soon"}',
    "a list of counts": RECORD % b'{"answers": [1]}',
    "a word for a count": RECORD % b'{"misconceptions": {"a": "b"}}',
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_set_aside_to_the_byte_and_progress_begins_anew(home: Path, broken: bytes) -> None:
    for number in (1, 2):
        (home / "progress.json").write_bytes(broken)
        assert progress.read_progress(home) == Progress()
        assert (home / f"progress.broken-{number}.json").read_bytes() == broken
    (home / "progress.json").write_bytes(broken)
    progress.note_answer("4.2", "wrong")
    assert record(home).tries == 1
    assert (home / "progress.broken-3.json").read_bytes() == broken


def test_a_folder_in_the_place_of_the_file_is_set_aside_too(home: Path) -> None:
    (home / "progress.json").mkdir()
    progress.note_answer("4.2", "wrong")
    assert record(home).tries == 1
    assert (home / "progress.broken-1.json").is_dir()


def test_a_broken_file_that_cannot_be_set_aside_stays_and_reading_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "progress.json").write_bytes(b"{")
    monkeypatch.setattr(Path, "rename", denied)
    assert progress.read_progress(home) == Progress()
    assert made_up_course.course_files(home) == {"progress.json": b"{"}


def denied(*_: object) -> None:
    raise PermissionError


class Killed(BaseException):
    """What a killed process does: nothing more."""


def killed(*_: object) -> None:
    raise Killed


def test_a_kill_while_it_is_written_leaves_the_old_file_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress.note_answer("4.2", "wrong")
    before = (home / "progress.json").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(Killed):
            progress.note_answer("4.2", "right")
    assert (home / "progress.json").read_bytes() == before
    progress.note_answer("4.2", "right")
    assert record(home).tries == 2


def test_half_a_file_that_a_kill_left_does_no_harm(home: Path) -> None:
    part = home / ".progress.json.part"
    part.write_bytes(b'{"version": 1, "exerc')
    assert progress.read_progress(home) == Progress()
    progress.note_answer("4.2", "wrong")
    assert record(home).tries == 1
    assert not part.exists()


NOTES = """
import sys
from twitterlab.classroom.course import progress
for _ in range(25):
    progress.note_answer("4.2", "wrong", sys.argv[1])
    progress.note_help(sys.argv[1], 1)
"""


def test_processes_that_note_at_the_same_time_lose_nothing(home: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", NOTES, key]) for key in ("1.1", "1.2")]
    assert [process.wait() for process in both] == [0, 0]
    assert record(home) == Record(tries=50, answers={"wrong": 50}, misconceptions={"1.1": 25, "1.2": 25})
    assert {key: one.hints for key, one in progress.read_progress(home).exercises.items()} == {
        "4.2": 0,
        "1.1": 1,
        "1.2": 1,
    }


COUNTS = st.dictionaries(st.sampled_from(KINDS), st.integers(0, 9))
RECORDS = st.builds(
    Record,
    tries=st.integers(0, 9),
    answers=COUNTS,
    misconceptions=st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)),
    right_at=st.sampled_from([None, DAY, DAY + timedelta(days=1)]),
    hints=st.integers(0, 3),
    solution=st.booleans(),
)
PROGRESS = st.builds(Progress, st.dictionaries(st.sampled_from(["1.1", "4.2", "8"]), RECORDS))


@hypothesis_settings(max_examples=100, deadline=None, derandomize=True)
@given(PROGRESS, PROGRESS, PROGRESS)
def test_joining_has_no_order_and_twice_is_once(one: Progress, two: Progress, three: Progress) -> None:
    joined = one.joined_with(two)
    assert joined == two.joined_with(one)
    assert joined.joined_with(two) == joined
    assert joined.joined_with(three) == one.joined_with(two.joined_with(three))
    for key, before in one.exercises.items():
        after = joined.of(key)
        assert after.tries >= before.tries
        assert after.right or not before.right
    days = {record.right_at for record in (one.of("4.2"), two.of("4.2")) if record.right_at}
    assert joined.of("4.2").right_at == min(days, default=None)


def test_joined_records_stand_in_the_order_of_their_keys_numbers() -> None:
    one, other = (Progress({key: Record(tries=1) for key in keys}) for keys in (["4.10", "8"], ["10.1", "4.2"]))
    assert [*one.joined_with(other).exercises] == ["4.2", "4.10", "8", "10.1"]


@hypothesis_settings(max_examples=100, deadline=None, derandomize=True)
@given(PROGRESS)
def test_what_is_written_is_read_as_it_was(one: Progress) -> None:
    assert Progress(decode_file(file_bytes(one.as_dict()), ProgressFile).exercises) == one


def test_a_file_that_an_editor_began_with_a_byte_order_mark_is_read() -> None:
    assert decode_file(b"\xef\xbb\xbf" + RECORD % b'{"tries": 3}', ProgressFile).exercises == {"4.2": Record(tries=3)}


def test_strict_reading_guesses_nothing() -> None:
    with pytest.raises(NotProgress, match=r"`int` <= 1000000 .*tries"):
        decode_file(RECORD % b'{"tries": 10000000}', ProgressFile)
