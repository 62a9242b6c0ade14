"""A workshop's handout is whole, leads nowhere else, tells no answers, and gives the course without a clone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from support import exercise_rules as rules
from support.processes import end

from authoring import links
from authoring.verify import ROOT, impersonal_environment
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.outline import outline
from twitterlab.commands.cli import main
from twitterlab.instructor import handout

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
FOLDERS = ("notebooks", "exercises", "solutions")
CAPSTONES = ("exercises/capstone.ipynb", "solutions/capstone.ipynb")
BIN = "Scripts" if os.name == "nt" else "bin"
LIBRARY = Path(nbformat.__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A handout of two stages in the middle, so that lessons link to what is not in it, on both sides."""
    place = tmp_path_factory.mktemp("workshop") / "a handout"
    handout.make_handout(ROOT, [3, 4], place)
    return place


def files(folder: Path) -> set[str]:
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {name.as_posix() for name in names if not name.parts[0].startswith(".")}


@pytest.mark.timeout(600)
class TestAHandout:
    def test_holds_the_stages_that_were_asked_for_and_nothing_else(self, folder: Path) -> None:
        (wheel,) = (path.name for path in folder.glob("*.whl"))
        notebooks = {f"notebooks/{name}.ipynb" for name in ("00_the_numbers", "03_read_replicas", "04_user_shards")}
        exercises = {f"exercises/{path.name}" for path in SOLUTIONS if path.name[:2] in ("03", "04")}
        data = {"datasets/README.md", "datasets/small.parquet", "datasets/middle.parquet"}
        others = {"README.md", "constraints.txt", "notebooks/README.md", wheel}
        assert exercises
        assert files(folder) == {*notebooks, *exercises, *data, *others}
        assert wheel in (folder / "README.md").read_text(encoding="utf-8")

    def test_has_no_links_that_lead_nowhere(self, folder: Path) -> None:
        texts = links.documents_below(folder)
        assert {"README.md", "notebooks/04_user_shards.ipynb"} < texts.keys()
        assert links.broken_links(texts, folder) == []

    def test_keeps_the_words_of_links_and_the_links_within(self, folder: Path) -> None:
        text = links.documents_below(folder)["notebooks/04_user_shards.ipynb"]
        assert "[03 · Read replicas](03_read_replicas.ipynb)" in text
        assert "02 · The follower index" in text
        assert "02_follower_index.ipynb" not in text

    def test_has_a_front_page_of_its_lessons_alone(self, folder: Path) -> None:
        page = (folder / "notebooks" / "README.md").read_text(encoding="utf-8")
        assert len(re.findall(r"\| \[\d\d · ", page)) == 3
        assert "the tour" not in page

    def test_tells_no_answers_and_no_outputs(self, folder: Path) -> None:
        secrets = {line for path in SOLUTIONS for line in rules.secret_lines(nbformat.read(path, as_version=4))}
        assert secrets
        for path in folder.rglob("*.ipynb"):
            cells = nbformat.read(path, as_version=4).cells
            assert {line.strip() for cell in cells for line in cell.source.split("\n")} & secrets == set()
            assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []

    def test_has_the_package_as_it_is_in_the_clone(self, folder: Path) -> None:
        (wheel,) = folder.glob("*.whl")
        inside = [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("twitterlab/")]
        there = [path.relative_to(ROOT) for path in (ROOT / "twitterlab").rglob("*") if path.is_file()]
        assert sorted(inside) == sorted(path.as_posix() for path in there if "__pycache__" not in path.parts)


@pytest.fixture
def installed(folder: Path) -> Path:
    """The handout as its README has it installed; only the packages that it needs are those of this environment."""
    environment = folder / ".venv"
    if not environment.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        python = environment / BIN / "python"
        wheel = next(folder.glob("*.whl"))
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
        subprocess.run(pip, check=True)
        asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        packages = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        (Path(packages) / "here.pth").write_text(f"{LIBRARY}\n")
    return environment / BIN


@pytest.mark.timeout(600)
def test_the_lab_a_reset_and_the_map_work_from_a_handout_alone(folder: Path, installed: Path, tmp_path: Path) -> None:
    course, environment = tmp_path / "my course", impersonal_environment(os.environ, tmp_path)
    environment.pop("PYTHONPATH", None)  # what is installed is the wheel, and not the clone
    command = [installed / "twitterlab", "lab", "--course", course, "--no-browser", "--ServerApp.port=0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, env=environment, **pipes) as server:
        try:
            address = next((line for line in server.stderr if "?token=" in line), "")
            news = server.stdout.readline()
        finally:
            end(server)
    assert "/lab/tree/notebooks/README.md" in address
    assert news == f"Your copy of the course is in {course}\n"
    given = {name for name in files(folder) if "/" in name}
    assert files(course) == given
    (course / "notebooks" / "04_user_shards.ipynb").write_text("mine")
    reset = [installed / "twitterlab", "reset", "04", "--course", course]
    done = subprocess.run(reset, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert "notebooks/04_user_shards.ipynb is fresh again" in done.stdout, done.stderr
    assert json.loads((course / "notebooks" / "04_user_shards.ipynb").read_text(encoding="utf-8"))["cells"]
    progress = [installed / "twitterlab", "progress", "--course", course]
    shown = subprocess.run(progress, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert [key for key in outline().exercises if f" {key}" not in shown.stdout] == [], shown.stderr


# What is in it, and what is refused


def chosen(*stages: int) -> set[str]:
    course = [f"{folder}/{lesson.notebook}.ipynb" for folder in FOLDERS for lesson in outline().lessons]
    return {*handout.of_stages([*course, *CAPSTONES, "notebooks/tour.ipynb", "datasets/small.parquet"], stages)}


def test_lesson_00_comes_with_any_stage_and_the_capstone_with_all_that_it_runs() -> None:
    names = ("notebooks/00_the_numbers", "notebooks/02_follower_index", "exercises/02_follower_index")
    assert chosen(2) == {"datasets/small.parquet", *(f"{name}.ipynb" for name in names)}
    first, *others = (lesson.number for lesson in outline().before_the_capstone)
    assert "exercises/capstone.ipynb" not in chosen(*others)
    assert "exercises/capstone.ipynb" in chosen(first, *others)
    assert not [name for name in chosen(*outline().numbers) if "solutions" in name or "tour" in name]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[04 · A](04_a.ipynb), [05 · `b`](05_a.ipynb).", "[04 · A](04_a.ipynb), 05 · `b`."),
        ("[a word](README.md#cursor)", "[a word](README.md#cursor)"),
        ("[a word](GONE.md#cursor)", "a word"),
        ("[its exercise](../exercises/04_a.ipynb)", "[its exercise](../exercises/04_a.ipynb)"),
        ("[ours](../solutions/04_a.ipynb)", "ours"),
        ("[the web](https://example.invalid/05_a.ipynb)", "[the web](https://example.invalid/05_a.ipynb)"),
        ("[below](#next)", "[below](#next)"),
    ],
)
def test_a_link_to_what_is_not_there_becomes_its_words(text: str, left: str) -> None:
    there = {"notebooks/04_a.ipynb", "notebooks/README.md", "exercises/04_a.ipynb"}
    assert handout.without_dead_links(text, "notebooks", there) == left


def test_a_folder_with_something_in_it_is_refused_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("mine")
    monkeypatch.chdir(ROOT)
    for place in (tmp_path, tmp_path / "mine"):
        assert main(["handout", "--stages", "3-4", str(place)]) == 2
        assert f"{place} is there and not empty" in capsys.readouterr().err
    assert files(tmp_path) == {"mine"}


def test_without_exercises_or_sources_nothing_is_made(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for name in ("notebooks/04_user_shards.ipynb", "datasets/small.parquet"):
        (clone / name).parent.mkdir(parents=True)
        (clone / name).touch()
    with pytest.raises(CourseError, match="lacks lessons, exercises or datasets"):
        handout.make_handout(clone, [4], tmp_path / "new")
    (clone / "exercises").mkdir()
    (clone / "exercises" / "04_user_shards.ipynb").touch()
    with pytest.raises(CourseError, match=r"no pyproject\.toml"):
        handout.make_handout(clone, [4], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_wheel_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    (tmp_path / "twitterlab").mkdir()
    for name, text in (("pyproject.toml", "no toml"), ("README.md", ""), ("LICENSE", "")):
        (tmp_path / name).write_text(text)
    with pytest.raises(CourseError, match=r"(?s)the wheel could not be built: .*Expected '='"):
        handout.build_wheel(tmp_path, tmp_path / "made")
