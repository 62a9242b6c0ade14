"""CONTRIBUTING names files, commands and tests that are there, and its examples are what the tools make."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from authoring.new_exercise import ANSWERS, CHECKERS, COURSE, MARK, TESTS, TEXTS, NewExercise, lay_out_files
from authoring.verify import ROOT
from twitterlab.classroom.course.outline import outline

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = re.compile(r"page_by_time|lost_shards|08|NAME|NN")  # what is to come, and what stands for any
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", TEXT))
COMMANDS = "\n".join(re.findall(r"(?s)```sh\n(.*?)```", TEXT))


def test_every_file_that_it_names_is_there() -> None:
    named = {code for code in CODE if re.fullmatch(r"[\w.*-]+(/[\w.*-]*)+", code) and not EXAMPLES.search(code)}
    assert len(named) > 10
    short = {name for name in named if not (ROOT / name).exists()}  # a name within the room that is spoken of
    assert [name for name in short if not [*ROOT.glob(f"twitterlab/**/{name}")]] == []


def test_every_command_that_it_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {*re.findall(r"(?m)^(?:`|)make (\w+)", COMMANDS), *re.findall(r"`make (\w+)", TEXT)}
    assert [target for target in targets if not re.search(rf"(?m)^{target}:", makefile)] == []
    modules = {*re.findall(r"python -m (\w+(?:\.\w+)*)", TEXT)}
    assert "authoring.release" in modules
    assert [module for module in modules if find_spec(module) is None] == []
    tests = [word for word in COMMANDS.split() if word.startswith("tests/")]
    assert [test for test in tests if not (ROOT / test).exists()] == []


def test_the_example_of_an_exercise_has_every_file_that_is_laid_out(tmp_path: Path) -> None:
    lesson = outline().lesson(4)
    for file in (COURSE, f"{TEXTS}/04.toml", lesson.solution_file):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for room in (CHECKERS, ANSWERS, TESTS):
        (tmp_path / room).mkdir(parents=True)
    laid_out = lay_out_files(tmp_path, NewExercise("4.90", "page_by_time", lesson))
    rows = {re.sub(rf"({ANSWERS}/\w+)/.*", r"\1/*.py", file) for file in laid_out}
    assert [row for row in rows if f"| `{row}` |" not in TEXT] == []
    assert MARK in TEXT
