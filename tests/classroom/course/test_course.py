"""The learner's copy of the course: whole, without outputs, brought up to date, and never written over."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from nbformat import v4

from authoring.verify import ROOT
from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course.contents import CourseError, course_files, find_path
from twitterlab.commands import clones
from twitterlab.commands.cli import main
from twitterlab.instructor.front_page import anchor_of

REPLICAS = "notebooks/03_read_replicas.ipynb"
TOUR = "notebooks/tour.ipynb"
EXERCISE, SOLUTION = "exercises/03_read_replicas.ipynb", "solutions/03_read_replicas.ipynb"
CAPSTONES = ("exercises/capstone.ipynb", "solutions/capstone.ipynb")
PRACTICE = (EXERCISE, SOLUTION, *CAPSTONES, "exercises/deep/04_shards.ipynb")


def notebook(text: str) -> str:
    """A notebook that was run: `text`, then a tagged cell with a count, an output and a widget."""
    shown = v4.new_output("execute_result", {"text/plain": "the answer"}, execution_count=1)
    ran = v4.new_code_cell("6 * 7", execution_count=1, outputs=[shown], id="cell-1", metadata={"tags": ["slow"]})
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"some": "slider"}}}
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "widgets": widgets}
    return str(
        nbformat.writes(v4.new_notebook(cells=[v4.new_markdown_cell(text, id="cell-0"), ran], metadata=metadata))
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home = tmp_path / "a clone"
    for name in (REPLICAS, TOUR, *PRACTICE):
        write(home / name, notebook(f"# {name}, first version"))
    for name in ("notebooks/README.md", "datasets/README.md", "datasets/small.parquet", "exercises/data.csv"):
        write(home / name, f"{name}, first version")
    others = ("notebooks/notes.txt", "solutions/x.py", "datasets/make.py")
    for name in (*others, "exercises/.hidden.ipynb", "exercises/__pycache__/x.pyc"):
        write(home / name, "no part of the course")
    return home


@pytest.fixture
def home(clone: Path) -> Path:
    """The learner's copy, just made."""
    course.refresh_course(clone, clone.parent / "my course")
    return clone.parent / "my course"


def files(home: Path) -> set[str]:
    """All that a learner sees."""
    names = (path.relative_to(home) for path in home.rglob("*") if path.is_file())
    return {name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts)}


def state(home: Path) -> dict[str, bytes]:
    return {name: (home / name).read_bytes() for name in files(home)}


def cells(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


# What is in it


def test_the_copy_holds_the_course_and_nothing_else(home: Path) -> None:
    assert files(home) == {
        *(REPLICAS, TOUR, "notebooks/README.md", "datasets/README.md", "datasets/small.parquet"),
        *(*PRACTICE, "exercises/data.csv"),
    }


def test_a_notebook_loses_its_outputs_and_keeps_its_cells_ids_and_tags(clone: Path, home: Path) -> None:
    for name in (REPLICAS, SOLUTION):
        text, ran = cells(home / name)
        assert (text["id"], ran["id"], ran["metadata"]) == ("cell-0", "cell-1", {"tags": ["slow"]})
        assert (ran["source"], ran["outputs"], ran["execution_count"]) == (["6 * 7"], [], None)
    assert "widgets" not in json.loads((home / REPLICAS).read_text())["metadata"]
    nbformat.validate(nbformat.read(home / REPLICAS, as_version=4))
    assert course_files(clone) == course_files(clone)


def test_a_file_that_is_no_notebook_is_named(clone: Path) -> None:
    write(clone / REPLICAS, "half a note")
    with pytest.raises(CourseError, match=r"03_read_replicas\.ipynb is not a notebook"):
        course_files(clone)


def test_links_of_the_real_course_lead_to_something_in_the_copy(tmp_path: Path) -> None:
    course.refresh_course(ROOT, tmp_path)
    front = (tmp_path / "notebooks/README.md").read_text(encoding="utf-8")
    places = {*re.findall(r'<a id="([^"]+)">', front), *map(anchor_of, re.findall(r"^#+ (.+)$", front, re.MULTILINE))}
    lost = []
    for name in sorted(files(tmp_path)):
        path = tmp_path / name
        if path.suffix == ".md":
            texts = [path.read_text(encoding="utf-8")]
        elif path.suffix == ".ipynb":
            texts = ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "markdown"]
        else:
            continue
        for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", "\n".join(texts)):
            file, _, place = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (place and there == tmp_path / "notebooks/README.md" and place not in places):
                lost.append(f"{name}: {target}")
    assert lost == []


# Bringing it up to date


def test_a_second_time_nothing_is_written(clone: Path, home: Path) -> None:
    before = {name: (home / name).stat().st_mtime_ns for name in files(home)}
    assert course.refresh_course(clone, home) == course.Refreshed()
    assert {name: (home / name).stat().st_mtime_ns for name in files(home)} == before


def test_a_file_as_we_wrote_it_becomes_the_newer_one(clone: Path, home: Path) -> None:
    write(clone / REPLICAS, notebook("# second version"))
    write(clone / "datasets/small.parquet", "second version")
    assert course.refresh_course(clone, home) == course.Refreshed(written=["datasets/small.parquet", REPLICAS])
    assert cells(home / REPLICAS)[0]["source"] == ["# second version"]
    assert (home / "datasets/small.parquet").read_text() == "second version"


@pytest.mark.parametrize("changed", ["source", "outputs"])
def test_what_the_learner_changed_or_ran_is_kept_to_the_byte(clone: Path, home: Path, changed: str) -> None:
    mine = json.loads((home / REPLICAS).read_text())
    mine["cells"][1][changed] = {"source": ["7 * 6"], "outputs": [v4.new_output("stream", text="42")]}[changed]
    write(home / REPLICAS, json.dumps(mine))
    assert course.refresh_course(clone, home) == course.Refreshed()
    write(clone / REPLICAS, notebook("# second version"))
    for _ in range(2):  # it is told each time
        assert course.refresh_course(clone, home) == course.Refreshed(kept=[REPLICAS])
        assert (home / REPLICAS).read_text() == json.dumps(mine)


def test_a_notebook_that_was_only_opened_is_brought_up_to_date(clone: Path, home: Path) -> None:
    opened = json.loads((home / TOUR).read_text())
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}}
    opened["metadata"] |= {"language_info": {"name": "python", "version": "3.11.7"}, "widgets": widgets}
    opened["metadata"]["kernelspec"]["display_name"] = "Python as it is called here"
    write(home / TOUR, json.dumps(opened))
    assert course.refresh_course(clone, home) == course.Refreshed()
    write(clone / TOUR, notebook("# second version"))
    assert course.refresh_course(clone, home).written == [TOUR]


def test_a_file_that_the_learner_made_is_never_touched(clone: Path, home: Path) -> None:
    write(home / "notebooks/04_shards.ipynb", "mine")
    write(home / "my_parts/merge.py", "mine too")
    write(clone / "notebooks/04_shards.ipynb", notebook("# a new lesson of that name"))
    assert course.refresh_course(clone, home) == course.Refreshed(kept=["notebooks/04_shards.ipynb"])
    assert (home / "notebooks/04_shards.ipynb").read_text() == "mine"
    assert (home / "my_parts/merge.py").read_text() == "mine too"


def test_a_file_that_the_learner_deleted_is_put_back(clone: Path, home: Path) -> None:
    (home / TOUR).unlink()
    assert course.refresh_course(clone, home).written == [TOUR]
    assert (home / TOUR).is_file()


def test_a_lesson_that_the_course_no_longer_has_goes_unless_it_was_changed(clone: Path, home: Path) -> None:
    write(home / TOUR, "mine")
    (clone / TOUR).unlink()
    (clone / REPLICAS).unlink()
    assert course.refresh_course(clone, home) == course.Refreshed(removed=[REPLICAS])
    assert (home / TOUR).read_text() == "mine"
    assert not (home / REPLICAS).exists()
    assert course.refresh_course(clone, home) == course.Refreshed()


@pytest.mark.parametrize("work", ["as it came", "mine"])
def test_a_notebook_that_was_renamed_comes_by_its_new_name_and_the_learners_work_stays(
    clone: Path, home: Path, work: str
) -> None:
    old, new = "exercises/08_capstone.ipynb", CAPSTONES[0]
    (clone / new).rename(clone / old)
    (home / new).unlink()
    course.refresh_course(clone, home)
    if work == "mine":
        write(home / old, work)
    (clone / old).rename(clone / new)
    assert course.refresh_course(clone, home) == course.Refreshed(
        written=[new], removed=[] if work == "mine" else [old]
    )
    assert (home / new).read_bytes() == course_files(clone)[new]
    assert [(home / name).read_text() for name in [old] if (home / name).exists()] == [work] * (work == "mine")
    assert "nothing to reset" in course.reset_file(clone, home, "capstone")


@pytest.mark.parametrize("manifest", [None, "", "{", "[1]", '{"a": 1}'])
def test_without_a_readable_manifest_everything_is_the_learners(clone: Path, home: Path, manifest: str | None) -> None:
    (home / course.MANIFEST).unlink()
    if manifest is not None:
        write(home / course.MANIFEST, manifest)
    before = state(home)
    write(clone / REPLICAS, notebook("# second version"))
    assert course.refresh_course(clone, home) == course.Refreshed(kept=[REPLICAS])
    assert state(home) == before


def test_what_is_the_same_as_ours_counts_as_ours_when_the_manifest_is_lost(clone: Path, home: Path) -> None:
    (home / course.MANIFEST).unlink()
    course.refresh_course(clone, home)
    write(clone / REPLICAS, notebook("# second version"))
    assert course.refresh_course(clone, home) == course.Refreshed(written=[REPLICAS])


class Killed(BaseException):
    """What a killed process does: nothing more."""


def killed(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("writes", range(0, 24, 3))
def test_a_copy_that_was_interrupted_is_whole_and_goes_on(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    home, replace, left = tmp_path / "interrupted", os.replace, iter(range(writes))

    def dying(part: Path, path: Path) -> None:
        if next(left, None) is None:
            raise Killed
        replace(part, path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dying)
        with pytest.raises(Killed):
            course.refresh_course(clone, home)
    whole = course_files(clone)
    assert [name for name, data in state(home).items() if data != whole[name]] == []
    assert list(home.rglob("*.part")) == []
    write(clone / REPLICAS, notebook("# second version"))
    assert course.refresh_course(clone, home).kept == []
    assert state(home) == course_files(clone)


def test_an_update_that_was_interrupted_leaves_nothing_that_looks_like_the_learners(
    clone: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(clone / REPLICAS, notebook("# second version"))
    replace = course.replace_file
    with monkeypatch.context() as patch:
        patch.setattr(
            course, "replace_file", lambda path, data: (replace if path.name == course.MANIFEST else killed)(path, data)
        )
        with pytest.raises(Killed):
            course.refresh_course(clone, home)
    write(clone / REPLICAS, notebook("# third version"))
    assert course.refresh_course(clone, home) == course.Refreshed(written=[REPLICAS])


def test_half_a_file_that_a_kill_left_is_written_over(clone: Path, home: Path) -> None:
    part = home / "notebooks" / ".tour.ipynb.part"
    write(part, "half")
    (home / TOUR).unlink()
    course.refresh_course(clone, home)
    assert state(home) == course_files(clone)
    assert not part.exists()


def test_two_at_once_take_turns(clone: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "WAIT_S", 0)
    with course.course_lock(home), pytest.raises(CourseError, match="another twitterlab command"):
        course.refresh_course(clone, home)


# Starting one notebook afresh


@pytest.mark.parametrize("asked", ["03", "3", "read_replicas", "03_read_replicas", "03_Read_Replicas.ipynb", REPLICAS])
def test_a_notebook_is_reset_by_number_name_or_file(clone: Path, home: Path, asked: str) -> None:
    fresh = (home / REPLICAS).read_bytes()
    for number in (1, 2):
        write(home / REPLICAS, f"my attempt {number}")
        said = course.reset_file(clone, home, asked)
        assert f"03_read_replicas.before-reset-{number}.ipynb" in said
        assert (home / f"notebooks/03_read_replicas.before-reset-{number}.ipynb").read_text() == f"my attempt {number}"
        assert (home / REPLICAS).read_bytes() == fresh
    assert len(files(home)) == len(course_files(clone)) + 2


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        *(("exercises/03", EXERCISE), ("solutions/03", SOLUTION), ("Exercises/read_replicas", EXERCISE)),
        *(("03", REPLICAS), ("capstone", CAPSTONES[0]), ("Exercises/Capstone.ipynb", CAPSTONES[0])),
    ],
)
def test_a_lesson_goes_before_an_exercise_and_that_before_its_solution(
    clone: Path, home: Path, asked: str, name: str
) -> None:
    for other in (REPLICAS, *PRACTICE):
        write(home / other, "mine")
    course.reset_file(clone, home, asked)
    assert {other for other in (REPLICAS, *PRACTICE) if (home / other).read_text() != "mine"} == {name}
    assert (home / name).with_name(f"{Path(name).stem}.before-reset-1.ipynb").read_text() == "mine"


def test_a_reset_gives_the_newest_version_and_later_ones_follow(clone: Path, home: Path) -> None:
    write(home / REPLICAS, "mine")
    write(clone / REPLICAS, notebook("# second version"))
    course.reset_file(clone, home, "03")
    assert cells(home / REPLICAS)[0]["source"] == ["# second version"]
    write(clone / REPLICAS, notebook("# third version"))
    assert course.refresh_course(clone, home).written == [REPLICAS]


def test_where_nothing_was_changed_a_reset_leaves_nothing_behind(clone: Path, home: Path) -> None:
    before = state(home)
    assert "nothing to reset" in course.reset_file(clone, home, "03")
    assert state(home) == before


def test_a_reset_that_cannot_write_has_the_learners_version_still(
    clone: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / REPLICAS, "mine")
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(Killed):
        course.reset_file(clone, home, "03")
    assert "mine" in {data.decode() for data in state(home).values()}


@pytest.mark.parametrize("asked", ["09", "replicas", "", "../03_read_replicas", "notes.txt"])
def test_an_unknown_name_lists_what_there_is(clone: Path, home: Path, asked: str) -> None:
    with pytest.raises(CourseError) as error:
        course.reset_file(clone, home, asked)
    assert f"{REPLICAS}\n" in str(error.value)
    assert TOUR in str(error.value)
    assert "README" not in str(error.value)


def test_a_name_that_may_mean_two_is_refused_with_both() -> None:
    names = ["notebooks/01_a.ipynb", "exercises/04_1_merge.ipynb", "exercises/04_2_route.ipynb"]
    with pytest.raises(CourseError, match=r"(?s)any of these.*04_1_merge.*04_2_route") as error:
        find_path("exercises/04", names)
    assert "01_a" not in str(error.value)


def test_before_there_is_a_course_a_reset_says_how_to_get_one(clone: Path, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="twitterlab lab makes it"):
        course.reset_file(clone, tmp_path / "nowhere", "03")
    assert not (tmp_path / "nowhere").exists()


def test_the_command_resets_from_within_the_copy_too(
    clone: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clones, "__file__", str(clone / "twitterlab" / "commands" / "clones.py"))
    monkeypatch.chdir(home)
    monkeypatch.setenv(course.VARIABLE, str(home))
    write(home / REPLICAS, "mine")
    assert main(["reset", "03"]) == 0
    assert "before-reset-1" in capsys.readouterr().out
    assert main(["reset", "nothing"]) == 2
    assert REPLICAS in capsys.readouterr().err


# Where it is


def test_the_option_goes_before_the_environment_and_that_before_the_home_directory(tmp_path: Path) -> None:
    environ = {course.VARIABLE: str(tmp_path / "said")}
    assert course.chosen_folder(str(tmp_path / "chosen"), environ) == tmp_path / "chosen"
    assert course.chosen_folder(None, environ) == tmp_path / "said"
    assert course.chosen_folder(None, {course.VARIABLE: ""}) == Path.home() / "twitterlab-course"
    assert course.chosen_folder("~/elsewhere", {}) == Path.home() / "elsewhere"
    assert course.chosen_folder("here", {}) == Path.cwd() / "here"


@pytest.mark.parametrize("inside", ["", "work/mine", "notebooks"])
def test_a_copy_inside_the_clone_is_refused_before_anything_is_written(clone: Path, inside: str) -> None:
    before = sorted(clone.rglob("*"))
    with pytest.raises(CourseError, match="outside"):
        course.refresh_course(clone, clone / inside)
    assert sorted(clone.rglob("*")) == before


# Never lost, whatever happens in which order

ACTIONS = st.tuples(
    st.sampled_from(["edit", "run", "delete", "new version", "drop", "refresh", "die", "reset", "lose manifest"]),
    st.sampled_from(["notebooks/01_a.ipynb", "notebooks/02_b.ipynb", "notebooks/README.md"]),
)


@hypothesis_settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(ACTIONS, max_size=25))
def test_no_order_of_events_loses_what_the_learner_did(actions: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        write(clone / "notebooks/01_a.ipynb", notebook("given 0"))
        course.refresh_course(clone, home)
        theirs: dict[str, str] = {}  # what the learner wrote last, by where they wrote it
        for number, (action, name) in enumerate(actions, start=1):
            match action:
                case "edit" | "run":
                    theirs[name] = notebook(f"mine {number}") if name.endswith(".ipynb") else f"mine {number}"
                    write(home / name, theirs[name])
                case "delete":
                    (home / name).unlink(missing_ok=True)
                    theirs.pop(name, None)
                case "new version":
                    write(clone / name, notebook(f"given {number}") if name.endswith(".ipynb") else f"given {number}")
                case "drop":
                    (clone / name).unlink(missing_ok=True)
                case "lose manifest":
                    (home / course.MANIFEST).unlink(missing_ok=True)
                case "refresh":
                    course.refresh_course(clone, home)
                case "die":
                    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
                        patch.setattr(course, "write_ours", killed)
                        course.refresh_course(clone, home)
                case "reset" if course.is_course(home) and (clone / name).exists():
                    course.reset_file(clone, home, name)
            there = {data.decode() for data in state(home).values()}
            assert set(theirs.values()) <= there, (action, name)
