"""A new exercise is laid out whole: it runs as it is, and says what is to be written; without a place it is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support import exercise_rules as rules
from support.depth import CI

from authoring import new_exercise
from authoring.new_exercise import (
    ANSWERS,
    CHECKERS,
    COURSE,
    MARK,
    TESTS,
    TEXTS,
    NewExerciseError,
    requested_exercise,
    unwritten_lines,
)
from authoring.verify import ROOT, impersonal_environment
from twitterlab.classroom.course.outline import Lesson, outline, read_outline

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "benchmarks", "docs", "notebooks")
NEW = outline().numbers[-1] + 1  # the number of a lesson that there is not
NEW_LESSON = f'\n[[lesson]]\nnotebook = "{NEW:02}_new"\ntitle = "New"\npanel = "caches"\n'
PLACE = len(outline().lesson(4).exercises) + 1
NEXT, AFTER = f"4.{PLACE}", f"4.{PLACE + 1}"
LATER, FIRST = "laid_out_later", "LaidOutFirst"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with a lesson more, in which two exercises are laid out: the next of lesson 04, and its first."""
    root = tmp_path_factory.mktemp("new") / "clone"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    course = root / COURSE
    course.write_text(course.read_text(encoding="utf-8") + NEW_LESSON, encoding="utf-8")
    for key, name in ((NEXT, LATER), (f"{NEW}.1", FIRST)):
        new_exercise.lay_out_files(root, requested_exercise(root, key, name))
    run(root, "authoring.starters")
    return root


def run(root: Path, *module: str, **environ: str) -> str:
    """What a module prints in this clone, which must end well."""
    environment = {
        **impersonal_environment(os.environ, root.parent),
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}",
        "CI": "true",  # the same tests wherever these run: without it some are left to nbval
        **environ,
    }
    command = [sys.executable, "-m", *module]
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def lesson(root: Path, number: int) -> Lesson:
    return read_outline(root / COURSE).lesson(number)


# What is laid out


@pytest.mark.timeout(300)
def test_its_checks_and_answers_agree_as_they_are_laid_out(clone: Path) -> None:
    names = f"{LATER} or {FIRST}"
    tests = [f"{TESTS}/test_answers.py", *(f"{TESTS}/test_exercise_{name}.py" for name in (LATER, FIRST))]
    plugins = ("-p", "no:cacheprovider", "-p", "pytest_timeout")  # the others take seconds to load
    said = run(clone, "pytest", "-q", *plugins, *tests, "-k", names, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    answers = {path.parent.name: 0 for path in (clone / ANSWERS).glob("*/*.py")}
    assert {LATER, FIRST} < answers.keys()
    assert re.search(r"^18 passed", said, re.MULTILINE)  # of each: six answers, ours, two right ones, one of its own


def test_ruff_has_nothing_to_say_of_it(clone: Path) -> None:
    run(clone, "ruff", "check", "--no-cache", ".")
    run(clone, "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.parametrize(("number", "name"), [(4, LATER), (NEW, FIRST)])
def test_its_notebook_and_its_starter_have_the_shape_of_all(clone: Path, number: int, name: str) -> None:
    solved = nbformat.read(clone / lesson(clone, number).solution_file, as_version=4)
    starter = nbformat.read(clone / lesson(clone, number).exercise_file, as_version=4)
    assert rules.answer_names(solved) == [*lesson(clone, number).exercises.values()]
    assert rules.answer_names(solved)[-1] == name
    assert [found for rule in rules.SOLUTION_RULES for found in rule(solved)] == []
    assert [found for rule in rules.STARTER_RULES for found in rule(starter, solved)] == []


def test_the_course_file_keeps_all_else_and_the_words_come_last(clone: Path) -> None:
    before, after = ((root / COURSE).read_text(encoding="utf-8") for root in (ROOT, clone))
    later, first = f'"{NEXT}" = "{LATER}"\n', f'\n[lesson.exercises]\n"{NEW}.1" = "{FIRST}"\n'
    assert after.replace(later, "").replace(first, "") == before + NEW_LESSON
    words = (ROOT / TEXTS / "04.toml").read_text(encoding="utf-8")
    assert (clone / TEXTS / "04.toml").read_text(encoding="utf-8").startswith(words)


def test_what_is_still_to_write_is_listed_with_its_place(clone: Path) -> None:
    marked = [line.partition(": ") for line in unwritten_lines(clone, lesson(clone, 4))]
    assert {place for place, _, _ in marked} == {
        f"{TEXTS}/04.toml",
        "solutions/04_user_shards.ipynb",
        f"{CHECKERS}/{LATER}.py",
        f"{TESTS}/test_exercise_{LATER}.py",
    }
    assert all(MARK in line for _, _, line in marked)
    assert len([*unwritten_lines(clone, lesson(clone, NEW))]) == len(marked)


@pytest.mark.skipif(not CI, reason="runs a notebook and mypy: with CI=true")
@pytest.mark.timeout(600)
def test_its_notebook_runs_and_mypy_has_nothing_to_say_of_it(clone: Path) -> None:
    for number in (4, NEW):
        run(clone, "authoring.notebooks", lesson(clone, number).solution_file)
        notebook = nbformat.read(clone / lesson(clone, number).solution_file, as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert [output for output in outputs if rules.is_complaint(output)] == []
        assert "IDs taken for a page of 5: 5, at most 5" in str(outputs)
    run(clone, "mypy", f"{CHECKERS}/{LATER}.py", f"{CHECKERS}/{FIRST.lower()}.py")


@pytest.mark.parametrize("lesson", outline().with_exercises, ids=lambda lesson: lesson.notebook)
def test_nothing_in_the_course_is_still_to_write(lesson: Lesson) -> None:
    assert [*unwritten_lines(ROOT, lesson)] == []


# What is refused


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("4", "fresh", "'4' is no key of an exercise: they look like 4.4"),
        ("4.04", "fresh", "'4.04' is no key"),
        ("0.1", "fresh", "'0.1' is no key"),
        ("4.4; x", "fresh", "is no key"),
        (f"{NEW}.1", "fresh", f"{', '.join(map(str, outline().numbers))}; a new one begins in {COURSE}"),
        ("4.2", "fresh", f"4.2 is merge_newest already: the next is {NEXT}"),
        (AFTER, "fresh", f"the next exercise of lesson 4 is {NEXT}, not {AFTER}"),
        ("4.90", "fresh", f"the next exercise of lesson 4 is {NEXT}, not 4.90"),
        (NEXT, "two words", "'two words' cannot be what an answer is called"),
        (NEXT, "class", "'class' cannot be what an answer is called"),
        (NEXT, "lru", "the name lru is not free: there is LRU already"),
        (NEXT, "sql", f"the name sql is not free: there is {CHECKERS}/sql.py already"),
    ],
)
def test_an_exercise_without_a_place_or_a_name_is_refused(key: str, name: str, said: str) -> None:
    with pytest.raises(NewExerciseError, match=re.escape(said)):
        requested_exercise(ROOT, key, name)


def test_a_refusal_is_one_line_and_changes_nothing(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def there() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in (clone / "twitterlab").rglob("*.*") if path.is_file()}

    before = there()
    monkeypatch.setattr(new_exercise, "ROOT", clone)
    assert new_exercise.main([NEXT]) == 2
    assert capsys.readouterr().err == f"exercise: {NEXT} is {LATER} already: the next is {AFTER}\n"
    assert there() == before
