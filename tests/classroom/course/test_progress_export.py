"""Progress that travels: what goes out comes in whole, is joined without loss, and is not trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import made_up_course

from twitterlab.classroom.course import my_parts, progress, progress_map
from twitterlab.classroom.course.catch_up import catch_up
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.my_parts import Part
from twitterlab.classroom.course.progress_export import LARGEST, export_progress, import_progress, read_export
from twitterlab.commands.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield made_up_course.make_course(tmp_path, monkeypatch)
    made_up_course.forget_course()


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The course on another machine."""
    return made_up_course.empty_course(tmp_path / "second")


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """What was exported by who solved 1.1, tried 4.2 and has ours for 1.2."""
    for key, kind in (("1.1", "wrong"), ("1.1", "right"), ("4.2", "wrong")):
        progress.note_answer(key, kind)
    my_parts.save_part(home, "ask", "1.1", "ask = 'mine'")
    catch_up(home, 1)
    export_progress(home, tmp_path / "mine.json", "Ada")
    return tmp_path / "mine.json"


def seen(folder: Path) -> str:
    return progress_map.map_text(progress_map.places_of(folder))


def told(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


# Out and in


def test_an_import_into_a_fresh_course_gives_the_same_map_and_parts(home: Path, second: Path, file: Path) -> None:
    assert seen(second) != seen(home)
    import_progress(second, file)
    assert seen(second) == seen(home)
    assert made_up_course.course_files(second) == made_up_course.course_files(home)


def test_the_same_file_a_second_time_changes_nothing(second: Path, file: Path) -> None:
    my_parts.save_part(second, "ask", "1.1", "ask = 'of the second machine'")
    import_progress(second, file)
    before = made_up_course.course_files(second)
    assert import_progress(second, file) == ["Nothing in it was new."]
    assert made_up_course.course_files(second) == before


def test_what_was_done_on_both_machines_is_joined(
    home: Path, second: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWITTERLAB_COURSE", str(second))
    for key, kind in (("1.1", "wrong"), ("4.2", "wrong"), ("4.2", "error"), ("4.2", "right")):
        progress.note_answer(key, kind)
    my_parts.save_part(second, "merge", "4.2", "merge = 'mine'")
    import_progress(second, file)
    known = progress.read_progress(second)
    assert (known.of("1.1").right, known.of("1.1").tries) == (True, 2)
    assert (known.of("4.2").right, known.of("4.2").tries) == (True, 3)
    assert {name: part.ours for name, part in my_parts.parts_in(second).items()} == {
        **{"ask": False, "count_rows": True, "merge": False}
    }


def test_a_part_of_the_learners_goes_over_ours(second: Path, file: Path) -> None:
    catch_up(second, 7)
    assert "my_parts/ask.py is the imported one now." in import_progress(second, file)
    assert my_parts.parts_in(second)["ask"] == Part("ask", "ask = 'mine'\n", ours=False)


def test_ours_never_goes_over_a_part_of_the_learners(second: Path, file: Path) -> None:
    my_parts.save_part(second, "count_rows", "1.2", "count_rows = 'mine'")
    import_progress(second, file)
    assert my_parts.parts_in(second)["count_rows"].source == "count_rows = 'mine'\n"


def test_another_part_of_the_learners_is_kept_beside(second: Path, file: Path) -> None:
    my_parts.save_part(second, "ask", "1.1", "ask = 'of the second machine'")
    before = (second / "my_parts" / "ask.py").read_bytes()
    said = import_progress(second, file)
    assert any("kept as ask.before-import-1.py" in line for line in said)
    assert (second / "my_parts" / "ask.before-import-1.py").read_bytes() == before
    assert my_parts.parts_in(second)["ask"].source == "ask = 'mine'\n"
    my_parts.save_part(second, "ask", "1.1", "ask = 'of a third evening'")
    import_progress(second, file)
    assert b"third evening" in (second / "my_parts" / "ask.before-import-2.py").read_bytes()
    my_parts.save_part(second, "ask", "1.1", "ask = 'of the second machine'")
    import_progress(second, file)  # this one is kept beside already
    assert len(list((second / "my_parts").glob("ask.before-import-*"))) == 2


def test_the_file_names_the_learner_and_no_folder(home: Path, file: Path, tmp_path: Path) -> None:
    assert told(file)["name"] == read_export(file).name == "Ada"
    assert str(tmp_path) not in file.read_text()
    export_progress(home, tmp_path / "nameless.json")
    assert "name" not in told(tmp_path / "nameless.json")


def test_of_ours_only_the_name_travels(file: Path) -> None:
    assert told(file)["parts"] == {"ask": {"source": "ask = 'mine'\n"}, "count_rows": {"ours": True}}


def test_a_file_of_the_learners_that_answers_no_exercise_stays_here(home: Path, file: Path, tmp_path: Path) -> None:
    (home / "my_parts" / "notes.py").write_text("my = 'own'")
    export_progress(home, tmp_path / "again.json")
    assert set(told(tmp_path / "again.json")["parts"]) == {"ask", "count_rows"}


def test_an_export_keeps_what_was_in_its_place(home: Path, file: Path) -> None:
    before = file.read_bytes()
    assert "kept" not in export_progress(home, file, "Ada")
    progress.note_answer("4.2", "right")
    assert "mine.before-export-1.json" in export_progress(home, file, "Ada")
    assert file.with_name("mine.before-export-1.json").read_bytes() == before
    assert told(file)["exercises"]["4.2"]["answers"] == {"right": 1, "wrong": 1}


def test_an_export_into_a_folder_that_is_not_there_is_refused_in_a_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", "--export", str(tmp_path / "nowhere" / "mine.json")]) == 2
    assert capsys.readouterr().err == f"twitterlab progress: there is no folder {tmp_path / 'nowhere'}\n"


def test_a_plain_progress_file_comes_in_too(home: Path, second: Path, file: Path) -> None:
    import_progress(second, home / "progress.json")
    assert progress.read_progress(second) == progress.read_progress(home)


def test_the_map_redraws_itself_after_an_import(second: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWITTERLAB_COURSE", str(second))
    shown = progress_map.my_progress()
    import_progress(second, file)
    assert "right after 2 tries" in shown.children[1].value


# Not trusted


def forged(file: Path, **changed: Any) -> Path:
    """A file in which something was put in the place of what was exported."""
    file.write_text(json.dumps({**told(file), **changed}), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["../ask", "os", "sitecustomize", "", "a/b", "notes\x1b[2J"])
def test_a_part_that_answers_no_exercise_is_refused_before_anything_is_changed(
    second: Path, file: Path, name: str
) -> None:
    parts = {"ask": {"source": "ask = 1"}, name: {"source": "evil = 1"}}
    with pytest.raises(CourseError, match="no exercise of that name") as error:
        import_progress(second, forged(file, parts=parts))
    assert made_up_course.course_files(second) == {}
    assert "\x1b" not in str(error.value)


REFUSED = {
    "no JSON": b"print('hello')",
    "a list": b"[]",
    "other JSON": b'{"cells": [], "nbformat": 4}',
    "a newer version": b'{"version": 2, "exercises": {}}',
    "parts in a list": b'{"version": 1, "exercises": {}, "parts": []}',
    "a part that is a text": b'{"version": 1, "exercises": {}, "parts": {"ask": "ask = 1"}}',
    "a part without a source": b'{"version": 1, "exercises": {}, "parts": {"ask": {}}}',
    "a source that is a number": b'{"version": 1, "exercises": {}, "parts": {"ask": {"source": 1}}}',
    "a source that is no text": rb'{"version": 1, "exercises": {}, "parts": {"ask": {"source": "\ud800"}}}',
    "a name that is a number": b'{"version": 1, "exercises": {}, "name": 1}',
    "a record that is none": b'{"version": 1, "exercises": {"1.1": []}}',
    "too large": b'{"version": 1, "exercises": {}}' + b" " * LARGEST,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_none_of_ours_is_refused_in_a_sentence(
    home: Path, tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "strange.json"
    file.write_bytes(data)
    assert main(["progress", "--import", str(file)]) == 2
    said = capsys.readouterr().err
    assert "strange.json is no progress of this course: " in said
    assert said.count("\n") == 1
    assert made_up_course.course_files(home) == {}


def test_nothing_that_is_imported_is_run(second: Path, file: Path, tmp_path: Path) -> None:
    proof = tmp_path / "it was run"
    source = f"open({str(proof)!r}, 'w').close()\nask = 1\n"
    import_progress(second, forged(file, parts={"ask": {"source": source}}))
    progress_map.places_of(second)
    assert my_parts.parts_in(second)["ask"].source == source
    assert not proof.exists()


def test_what_calls_itself_ours_is_ours_from_this_course(second: Path, file: Path) -> None:
    import_progress(second, forged(file, parts={"ask": {"source": "evil = 1", "ours": True}}))
    assert my_parts.parts_in(second)["ask"] == Part("ask", "ask = 'ours'\n", ours=True)


def test_a_source_that_begins_with_our_first_line_is_not_taken_for_ours(second: Path, file: Path) -> None:
    source = my_parts.head_line("ask", "1.1", "evil = 1", ours=True) + "evil = 1\n"
    import_progress(second, forged(file, parts={"ask": {"source": source}}))
    assert my_parts.parts_in(second)["ask"] == Part("ask", source, ours=False)


def test_ours_that_this_course_has_not_is_left_out(second: Path, file: Path) -> None:
    (my_parts.OURS / "count_rows.py").unlink()
    import_progress(second, file)
    assert list(my_parts.parts_in(second)) == ["ask"]


def test_a_name_is_one_short_line(file: Path) -> None:
    assert read_export(forged(file, name="A\x1b[2J\nda" + "a" * 1000)).name == "A [2J da" + "a" * 72


def test_a_file_that_is_not_there_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--import", str(tmp_path / "nothing.json")]) == 2
    assert "nothing.json" in capsys.readouterr().err


# The commands


def test_the_commands_carry_progress_to_another_machine(
    home: Path, second: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = tmp_path / "sent.json"
    assert main(["progress", "--export", str(sent), "--name", "Ada"]) == 0
    assert f"{sent} has your progress (exercises begun: 2) and your parts (2)." in capsys.readouterr().out
    assert main(["progress", "--import", str(sent), "--course", str(second)]) == 0
    said = capsys.readouterr().out
    assert "my_parts/ask.py is the imported one now." in said
    assert seen(home) in said


def test_a_name_without_an_export_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--name", "Ada"]) == 2
    assert "--name goes with --export" in capsys.readouterr().err
