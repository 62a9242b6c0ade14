"""The map of the course: every state in words, redrawn as it changes, and the same in what is committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import made_up_course

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course import my_parts, progress, progress_map
from twitterlab.commands.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield made_up_course.make_course(tmp_path, monkeypatch)
    made_up_course.forget_course()


def live(shown: object) -> str:
    """All that the live widget shows, without tags."""
    return BeautifulSoup("".join(child.value for child in shown.children), "html.parser").get_text(" ")  # type: ignore[attr-defined]


def test_the_map_tells_every_state_in_words(home: Path) -> None:
    for kind in ("wrong", "wrong", "right"):
        progress.note_answer("1.1", kind)
    progress.note_answer("1.2", "error")
    my_parts.save_part(home, "merge", "4.2", my_parts.our_source("merge"), ours=True)
    assert progress_map.map_text(progress_map.places_of(home)).splitlines() == [
        "The course: 3 exercises, 30 minutes; the core ones have a star",
        "",
        "1 · One table",
        "  ● 1.1*  Ask <the> table   10 min  right after 3 tries",
        "  ◐ 1.2   Count              5 min  tried once, not right yet",
        "",
        "4 · User shards",
        "  ◇ 4.2*  Merge             15 min  ours, from catch-up",
    ]


@pytest.mark.parametrize(
    ("kinds", "ours", "said"),
    [
        ([], False, "not begun"),
        (["wrong"] * 2, False, "tried twice, not right yet"),
        (["wrong"] * 3, True, "ours, from catch-up; tried 3 times"),
        (["right"], False, "right at the first try"),
        (["right", "right"], True, "right at the first try"),
    ],
)
def test_a_state_is_said(home: Path, kinds: list[str], ours: bool, said: str) -> None:
    for kind in kinds:
        progress.note_answer("4.2", kind)
    my_parts.save_part(home, "merge", "4.2", "merge = 1", ours=ours)
    assert progress_map.places_of(home)[-1].state_words == said


def test_opening_a_hint_is_not_yet_a_try(home: Path) -> None:
    progress.note_help("4.2", 1)
    assert progress_map.places_of(home)[-1].state_words == "not begun"


def test_the_map_redraws_itself_after_each_note(home: Path) -> None:
    shown = progress_map.my_progress()
    assert "0 of 3 exercises are right" in live(shown)
    progress.note_answer("1.1", "wrong")
    assert "tried once" in live(shown)
    progress.note_answer("1.1", "right")
    assert "1 of 3 exercises are right, 0 more tried. Next: 1.2, Count (5 minutes)." in live(shown)


def test_the_committed_map_is_that_of_nothing_done(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {kind: progress_map.my_progress()._repr_mimebundle_()[kind] for kind in ("text/html", "text/plain")}
    progress.note_answer("1.1", "right")
    my_parts.save_part(home, "merge", "4.2", "merge = 1", ours=True)
    bundle = progress_map.my_progress()._repr_mimebundle_()
    assert {kind: bundle[kind] for kind in nothing} == nothing
    assert nothing["text/plain"].count("not begun") == 3
    monkeypatch.delenv(course.VARIABLE)
    monkeypatch.chdir("/")
    bundle = progress_map.my_progress()._repr_mimebundle_()
    assert {kind: bundle[kind] for kind in nothing} == nothing


def test_outside_of_a_course_the_map_says_that_nothing_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress.note_answer("1.1", "right")
    monkeypatch.delenv(course.VARIABLE)
    monkeypatch.chdir("/")
    shown = live(progress_map.my_progress())
    assert "Nothing is kept here" in shown
    assert "right at" not in shown


def test_the_map_is_a_plain_table_with_labels(home: Path) -> None:
    page = BeautifulSoup(progress_map.map_table(progress_map.places_of(home)), "html.parser")
    assert page.find(["script", "svg", "style"]) is None
    assert [row["scope"] for row in page.find_all("th")] == ["col", "colgroup", "row", "row"]
    assert page.caption
    assert [cell.b.text for cell in page.find_all("td") if cell.b] == ["1.1*", "1.2", "4.2*"]
    assert "Ask <the> table" in page.text
    assert "color" not in str(page)  # the theme's own, in light and dark


def test_the_command_prints_the_map(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress.note_answer("1.1", "right")
    assert main(["progress"]) == 0
    said = capsys.readouterr().out
    assert progress_map.map_text(progress_map.places_of(home)) in said
    assert "Next: 1.2" in said


def test_when_all_is_right_nothing_comes_next(home: Path) -> None:
    for key in ("1.1", "1.2", "4.2"):
        progress.note_answer(key, "right")
    assert progress_map.map_summary(progress_map.places_of(home)) == "3 of 3 exercises are right, 0 more tried."


def test_where_there_is_no_course_the_command_says_how_to_get_one(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["progress"], ["catch-up", "--to", "5"]):
        assert main([*command, "--course", str(tmp_path / "nowhere")]) == 2
        assert "twitterlab lab makes it" in capsys.readouterr().err
