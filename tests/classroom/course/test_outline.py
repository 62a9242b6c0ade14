"""The course file: what it says is what there is, it may grow, and a faulty one is refused with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import twitterlab as tl
from authoring.verify import ROOT
from twitterlab.classroom.capstone.parts import NAMES
from twitterlab.classroom.check.exercise import exercise_names
from twitterlab.classroom.course import exercise_texts
from twitterlab.classroom.course.outline import FILE, CourseFileError, is_ascending, key_numbers, outline, read_outline
from twitterlab.classroom.lesson import panels

TEXT = FILE.read_text(encoding="utf-8")
LAST = outline().numbers[-1]
MORE = f"""
[[lesson]]
notebook = "{LAST + 1:02}_more"
title = "More"
panel = "caches"
[lesson.exercises]
"{LAST + 1}.1" = "retry"
"{LAST + 1}.2" = "hedge"

[[lesson]]
notebook = "{LAST + 2:02}_most"
title = "Most"
panel = "caches"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


# What it says


def test_there_is_a_lesson_for_each_stage_with_exercises_and_one_before_them_without() -> None:
    first, *stages = outline().lessons[: len(tl.STAGES) + 1]
    assert (first.number, first.exercises) == (0, {})
    assert [lesson.number for lesson in stages if lesson.exercises] == [*range(1, len(tl.STAGES) + 1)]


def test_what_it_names_is_there_and_nothing_else() -> None:
    course = outline()
    lessons, practised = {one.notebook for one in course.lessons}, {one.notebook for one in course.with_exercises}
    found = {folder: {path.stem for path in (ROOT / folder).glob("*.ipynb")} for folder in ("notebooks", "exercises")}
    assert found == {"notebooks": {*lessons, course.tour}, "exercises": {*practised, course.capstone.notebook}}
    assert [*course.exercises.values()] == exercise_names()
    assert [lesson.panel for lesson in course.lessons if lesson.panel not in panels.__all__] == []


def test_the_capstone_runs_answers_to_exercises_that_come_before_it() -> None:
    before = [name for lesson in outline().before_the_capstone for name in lesson.exercises.values()]
    assert [name for name in NAMES if name not in before] == []


# How it may grow


def test_lessons_after_the_stages_may_come_with_exercises_or_without(tmp_path: Path) -> None:
    course = read_outline(written(tmp_path, TEXT + MORE))
    assert course.numbers == [*outline().numbers, LAST + 1, LAST + 2]
    assert course.with_exercises[:-1] == outline().with_exercises
    assert [*course.exercises.items()][-2:] == [(f"{LAST + 1}.1", "retry"), (f"{LAST + 1}.2", "hedge")]
    assert course.before_the_capstone == outline().before_the_capstone
    assert course.lesson(LAST + 1).solution_file == f"solutions/{LAST + 1:02}_more.ipynb"


def test_a_tenth_exercise_comes_after_the_second(tmp_path: Path) -> None:
    more = "".join(f'"{LAST + 2}.{n}" = "answer_{n}"\n' for n in range(1, 12))
    file = written(tmp_path, f"{TEXT}{MORE}[lesson.exercises]\n{more}")
    keys = [*read_outline(file).lesson(LAST + 2).exercises]
    assert keys == [f"{LAST + 2}.{n}" for n in range(1, 12)]
    assert keys != sorted(keys)  # text would put the tenth before the second
    assert keys == sorted(keys, key=key_numbers)
    assert is_ascending(map(key_numbers, keys))
    assert not is_ascending(map(key_numbers, ["4.1", "4.10", "4.2"]))


def test_an_unknown_lesson_is_a_key_error_that_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="there is no lesson 70: there are 0, 1, 2"):
        outline().lesson(70)


# What is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[lesson", "course.toml describes no course: "),
        ("", "missing required field `tour`"),
        (changed('title = "User shards"\n', ""), "missing required field `title` - at `$.lesson[4]`"),
        (changed('title = "One', 'titel = "One'), "unknown field `titel` - at `$.lesson[1]`"),
        (changed('"User shards"', "4"), "Expected `str`, got `int` - at `$.lesson[4].title`"),
        (changed("04_user_shards", "shards"), "'shards' names no lesson: its notebook is called such as 04_user_"),
        (changed("00_the_numbers", "01_the_numbers"), "in the order of their numbers, each once, not 01_the_numbers, "),
        (changed('"4.3"', '"5.3"'), "'5.3' is no key in lesson 4: they are 4.1 and so on - at `$.lesson[4]`"),
        (changed('"4.3"', '"4.03"'), "'4.03' is no key in lesson 4"),
        (changed('"4.3"', '"4"'), "'4' is no key in lesson 4"),
        (changed('"4.3"', '"4.2"'), "course.toml describes no course: "),
        (changed('"4.1"', '"4.10"'), "exercises stand in the order of their keys, not 4.10, 4.2, "),
        (changed('"feed_page"', '"feed page"'), "'feed page' cannot be what the answer to 4.3 is called"),
        (changed('"feed_page"', '"yield"'), "'yield' cannot be what the answer to 4.3 is called"),
        (changed('"feed_page"', '"lru"'), "two exercises are called lru"),
        (changed("after = 7", "after = 70"), "the capstone comes after lesson 70, which there is not"),
        (changed('title = "Capstone"', 'titles = ["Capstone"]'), "unknown field `titles` - at `$.capstone`"),
    ],
)
def test_a_faulty_file_is_refused_with_what_is_wrong_and_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CourseFileError) as error:
        read_outline(written(tmp_path, text))
    assert str(error.value).startswith("course.toml describes no course: ")
    assert said in str(error.value)


def test_where_there_is_no_file_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseFileError, match=r"course\.toml describes no course: .*No such file"):
        read_outline(tmp_path / "course.toml")


@pytest.mark.parametrize("words", [None, '[exercise."4.1"]\n'])
def test_words_for_other_exercises_than_the_courses_are_refused_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str | None
) -> None:
    if words:
        (tmp_path / "04.toml").write_text(words)
    monkeypatch.setattr(exercise_texts, "FOLDER", tmp_path)
    with pytest.raises(CourseFileError) as error:
        exercise_texts.texts_of_lesson(outline().lesson(4))
    keys = ", ".join(outline().lesson(4).exercises)
    assert f"lesson 4 has the exercises {keys} in course.toml, and " in str(error.value)
    assert f"{'4.1' if words else 'none'} in {tmp_path / '04.toml'}" in str(error.value)
