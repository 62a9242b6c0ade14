"""The learner's parts: kept as files, labelled, and never written over by ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support import made_up_course

from twitterlab.classroom.course import my_parts, progress, progress_map
from twitterlab.classroom.course.catch_up import catch_up
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.my_parts import Part
from twitterlab.commands.cli import main

MINE = "def merge(sources):\n    return sorted(sources)\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield made_up_course.make_course(tmp_path, monkeypatch)
    made_up_course.forget_course()


# Keeping


def test_a_part_is_a_file_whose_first_line_says_its_exercise_and_whose_it_is(home: Path) -> None:
    path = my_parts.save_part(home, "merge", "4.2", MINE)
    assert path == home / "my_parts" / "merge.py"
    assert path.read_text() == "# 4.2 merge: yours\n" + MINE
    path = my_parts.save_part(home, "ask", "1.1", "ask = 1", ours=True)
    assert path.read_text().startswith("# 1.1 ask: ours, ")


def test_what_is_loaded_is_what_was_saved(home: Path) -> None:
    my_parts.save_part(home, "merge", "4.2", MINE)
    my_parts.save_part(home, "ask", "1.1", "ask = 1", ours=True)
    assert my_parts.parts_in(home) == {
        "ask": Part("ask", "ask = 1\n", ours=True),
        "merge": Part("merge", MINE, ours=False),
    }


def test_before_anything_is_saved_there_are_no_parts(home: Path) -> None:
    assert my_parts.parts_in(home) == {}


def test_a_later_right_answer_takes_the_place_of_an_earlier_one(home: Path) -> None:
    for source in ("merge = 1", MINE):
        my_parts.save_part(home, "merge", "4.2", source)
    assert my_parts.parts_in(home)["merge"].source == MINE


def test_ours_never_goes_over_the_learners_and_the_learners_goes_over_ours(home: Path) -> None:
    my_parts.save_part(home, "merge", "4.2", "merge = 1", ours=True)
    my_parts.save_part(home, "merge", "4.2", MINE)
    my_parts.save_part(home, "merge", "4.2", "merge = 1", ours=True)
    assert my_parts.parts_in(home)["merge"] == Part("merge", MINE, ours=False)


def test_ours_that_the_learner_changed_is_the_learners(home: Path) -> None:
    path = my_parts.save_part(home, "merge", "4.2", "merge = 1", ours=True)
    path.write_text(path.read_text() + "# a thought\n")
    assert my_parts.parts_in(home)["merge"] == Part("merge", "merge = 1\n# a thought\n", ours=False)
    before = path.read_bytes()
    assert [one.key for one in catch_up(home, 7).kept] == ["4.2"]
    assert path.read_bytes() == before


def test_another_systems_line_ends_do_not_make_ours_the_learners(home: Path) -> None:
    path = my_parts.save_part(home, "merge", "4.2", "merge = 1\nmore = 2", ours=True)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert my_parts.parts_in(home)["merge"] == Part("merge", "merge = 1\nmore = 2\n", ours=True)


@pytest.mark.parametrize("text", ["", "merge = 1", "# 4.2 merge: ours\nmerge = 1", "# 4.2 merge: ours, nothing\n"])
def test_a_file_without_our_first_line_is_the_learners(home: Path, text: str) -> None:
    (home / "my_parts").mkdir()
    (home / "my_parts" / "merge.py").write_text(text)
    assert my_parts.parts_in(home)["merge"] == Part("merge", text.rstrip("\n") + "\n", ours=False)


def test_bytes_that_are_no_text_are_the_learners_still(home: Path) -> None:
    (home / "my_parts").mkdir()
    (home / "my_parts" / "merge.py").write_bytes(b"\xff\xfe")
    assert not my_parts.parts_in(home)["merge"].ours
    catch_up(home, 7)
    assert (home / "my_parts" / "merge.py").read_bytes() == b"\xff\xfe"


def test_a_copy_kept_beside_is_no_part(home: Path) -> None:
    path = my_parts.save_part(home, "merge", "4.2", MINE)
    path.with_name("merge.before-import-1.py").write_text("merge = 0")
    path.with_name("notes.txt").write_text("merge = 0")
    assert list(my_parts.parts_in(home)) == ["merge"]


@pytest.mark.parametrize("name", ["../merge", "a/b", "", ".", "merge.py", "/tmp/merge"])
def test_no_name_leads_out_of_the_folder(home: Path, name: str) -> None:
    with pytest.raises(CourseError, match="not the name of a part"):
        my_parts.save_part(home, name, "4.2", MINE)
    with pytest.raises(CourseError, match="no answer of ours"):
        my_parts.our_source(name)
    assert made_up_course.course_files(home) == {}


def test_a_kill_leaves_the_part_that_was_there_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    my_parts.save_part(home, "merge", "4.2", MINE)
    monkeypatch.setattr(os, "replace", denied)
    with pytest.raises(PermissionError):
        my_parts.save_part(home, "merge", "4.2", "merge = 1")
    assert my_parts.parts_in(home) == {"merge": Part("merge", MINE, ours=False)}


def denied(*_: object) -> None:
    raise PermissionError


def test_half_a_part_that_a_kill_left_does_no_harm(home: Path) -> None:
    (home / "my_parts").mkdir()
    (home / "my_parts" / ".merge.py.part").write_text("# 4.2 mer")
    assert my_parts.parts_in(home) == {}
    my_parts.save_part(home, "merge", "4.2", MINE)
    assert [path.name for path in (home / "my_parts").iterdir()] == ["merge.py"]


def test_ours_is_read_from_the_package_and_an_unknown_name_is_said(home: Path) -> None:
    assert my_parts.our_source("merge") == "merge = 'ours'\n"
    with pytest.raises(CourseError, match="no answer of ours for 'nothing'"):
        my_parts.our_source("nothing")


# Catching up


def test_gaps_up_to_the_stage_are_filled_with_ours_and_labelled(home: Path) -> None:
    my_parts.save_part(home, "ask", "1.1", "ask = 'mine'")
    done = catch_up(home, 1)
    assert ([one.key for one in done.saved], [one.key for one in done.kept]) == (["1.2"], ["1.1"])
    assert my_parts.parts_in(home) == {
        "ask": Part("ask", "ask = 'mine'\n", ours=False),
        "count_rows": Part("count_rows", "count_rows = 'ours'\n", ours=True),
    }
    assert [one.key for one in catch_up(home, 5).saved] == ["4.2"]


def test_catching_up_twice_changes_nothing(home: Path) -> None:
    catch_up(home, 7)
    before = made_up_course.course_files(home)
    done = catch_up(home, 7)
    assert made_up_course.course_files(home) == before
    assert ([one.key for one in done.there], done.saved) == (["1.1", "1.2", "4.2"], [])


def test_a_newer_answer_of_ours_takes_the_place_of_our_older_one(home: Path) -> None:
    catch_up(home, 7)
    (my_parts.OURS / "merge.py").write_text("merge = 'ours, better'\n")
    assert [one.key for one in catch_up(home, 7).saved] == ["4.2"]
    assert my_parts.parts_in(home)["merge"] == Part("merge", "merge = 'ours, better'\n", ours=True)


def test_an_exercise_without_an_answer_of_ours_is_left_open_and_said(home: Path) -> None:
    (my_parts.OURS / "ask.py").unlink()
    done = catch_up(home, 7)
    assert ([one.key for one in done.absent], [one.key for one in done.saved]) == (["1.1"], ["1.2", "4.2"])
    assert "1.1  my_parts/ask.py: left open: the course has no answer of ours" in done.report_lines()


def test_the_command_says_what_it_did_and_what_it_left(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    my_parts.save_part(home, "ask", "1.1", "ask = 'mine'")
    assert main(["catch-up", "--to", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1.1  my_parts/ask.py: yours, left as it is",
        "1.2  my_parts/count_rows.py: ours, saved now",
    ]
    assert main(["catch-up", "--to", "4", "--course", str(home)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "1.2  my_parts/count_rows.py: ours, from before",
        "4.2  my_parts/merge.py: ours, saved now",
    ]


@pytest.mark.parametrize("stage", ["0", "8", "five"])
def test_a_stage_that_is_none_is_refused(home: Path, stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["catch-up", "--to", stage])
    assert "--to" in capsys.readouterr().err
    assert made_up_course.course_files(home) == {}


def test_the_map_redraws_itself_after_catching_up(home: Path) -> None:
    shown = progress_map.my_progress()
    catch_up(home, 7)
    assert "ours, from catch-up" in shown.children[1].value


# Never lost, whatever happens in which order

ACTIONS = st.lists(st.sampled_from(["solve", "edit", "catch up", "our newer answer", "right"]), max_size=12)


@hypothesis_settings(max_examples=60, deadline=None, derandomize=True)
@given(ACTIONS)
def test_no_order_of_events_puts_ours_over_theirs(tmp_path_factory: pytest.TempPathFactory, actions: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        home = made_up_course.make_course(tmp_path_factory.mktemp("events"), patch)
        theirs = ""
        for number, action in enumerate(actions):
            path = my_parts.part_path(home, "merge")
            match action:
                case "solve":
                    theirs = f"merge = {number}\n"
                    my_parts.save_part(home, "merge", "4.2", theirs)
                case "edit" if path.exists():
                    theirs = my_parts.parts_in(home)["merge"].source + f"# {number}\n"
                    path.write_text(path.read_text() + f"# {number}\n")
                case "catch up":
                    catch_up(home, 7)
                case "our newer answer":
                    (my_parts.OURS / "merge.py").write_text(f"merge = 'ours {number}'\n")
                case "right":
                    progress.note_answer("4.2", "right")
            there = my_parts.parts_in(home).get("merge")
            assert there is None or there.ours == (not theirs)
            assert not theirs or (there and there.source == theirs)
    made_up_course.forget_course()
