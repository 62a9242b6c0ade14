"""The page of measurements: everything on it is from the saved files, and the same files give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from authoring.verify import ROOT
from benchmarks import charts as charts_of_parts
from benchmarks import page, service, stages
from benchmarks.command import main
from benchmarks.common import PARTS, Result
from benchmarks.growth import Cost
from twitterlab.figures import charts

IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LATENCIES = ("page p50 ms", "page p99 ms", "page p99.9 ms", "visible p50 ms", "visible p99 ms", "visible p99.9 ms")


def load(multiple: float, sustained: bool, *names: str) -> dict[str, Any]:
    """A row of the rate's table, with these latencies."""
    late = 1 if sustained else 40
    times = {name: late * (place + 1.5) for place, name in enumerate(names)}
    return {"multiple": multiple, "sustained": sustained, "busy": 0.5, **times, "backlog": 0.01}


def rate() -> Result:
    rows = [load(1.0, True, *LATENCIES), load(4.5, True, *LATENCIES), load(4.9, False, *LATENCIES)]
    figures = {"headroom": 4.5, "headroom_many": 9.99, "feed_bytes_a_user": 850.0, "start_s": 0.5}
    return Result.here("rate", {"users": 9}, figures, {"through feed": rows, "through feed_many": rows[:2]}, "A note.")


def peers() -> Result:
    ways = ("twitterlab: drain", "pipelined ZADD", "a script")
    deliveries = [
        {"way": way, "connection": "TCP", "deliveries/s": rate, "ours/this": 6e6 / rate}
        for way, rate in zip(ways, (6e6, 5e4, 3e5), strict=True)
    ]
    pages = [{"way": way, "p50": 0.02, "p99": 0.1, "p99.9": 0.2} for way in ("twitterlab: feed", "MGET", "MGET, many")]
    figures = {"deliveries_ratio": 120.0, "deliveries_ratio_best": 20.0, "page_p50_ratio": 0.2, "page_p99_ratio": 0.3}
    tables = {"deliveries": deliveries, "pages of 20, in ms": pages}
    return Result.here("peers", {"peer": "valkey 9"}, figures, tables)


def of_stages() -> Result:
    names = ["stage 1, SingleTable", "stage 7, HybridFeeds", stages.HAND_1, stages.HAND_2, stages.SQLITE]
    rows = stages.comparison_rows({name: [0.001 * (n + 1), 0.002 * (n + 1)] for n, name in enumerate(names)}, {})
    return Result.here("stages", {}, {"stage1_overhead": 1.1, "stage2_overhead": 1.31}, {"a first page": rows})


def growth() -> Result:
    sizes = (100, 1_000, 10_000)
    costs = [Cost(s, "page", "rows", [9.0 * s, 90.0, 900.0]) for s in (1, 2)] + [Cost(6, "page", "rows", [0, 0, 0])]
    costs += [Cost(s, "page", "p50 ms", [0.1 * s, 0.2, 0.3]) for s in (1, 2, 6)]
    posts = [Cost(s, "post", "p50 ms", [1, 1, 1]) for s in (1, 6)]
    posts += [Cost(6, "post", "deliveries", [5, 5, 5]), Cost(6, "delivery", "mean us", [2, 1, 0.5])]
    grown = [cost.row(sizes) for cost in (*costs, *posts)]
    tables = {"everything grows; by users": grown, "strangers' tweets grow; by their tweets": grown[:6]}
    return Result.here("growth", {}, {"slope_page_stage1_rows": 1.0}, tables)


def limit() -> Result:
    rows = [
        {"way": way, "a second": rate, "ns each": 1e9 / rate, "of the limit": rate / 1e8}
        for way, rate in (("writes", 1e8), ("deliveries, fan-out as a whole", 3e6))
    ]
    figures = {"drain_per_s": 3e6, "deliver_per_s": 9e6, "drain_of_limit": 0.03, "deliver_of_limit": 0.09}
    return Result.here("limit", {}, figures, {"writes and deliveries": rows})


def profile() -> Result:
    rows = [
        {"function": "`feeds: Feeds._append`", "% of the time": 70.0},
        {"function": "all others", "% of the time": 30.0},
    ]
    return Result.here("profile", {}, {"samples_of_drain": 9}, {"a drain": rows, "a page": rows})


def of_service() -> Result:
    calls = [
        ("page", 0.1, 2.0, "rows_read=50", 0.1),
        ("page", 0.2, 8.0, "rows_read=0", 0.2),
        ("post", 0.3, 5.0, "", 0.3),
    ]
    answers = pd.DataFrame(calls, columns=["kind", "at_s", "ms", "work", "cpu_s"])
    rows = [service.stage_row(stage, 3 - stage / 7, [answers]) for stage in (1, 7)]
    return Result.here("service", {"callers": 8}, service.rate_figures(rows), {"the service at each stage": rows})


EVERY = (rate, peers, of_stages, growth, limit, profile, of_service)


@pytest.fixture(scope="module", autouse=True)
def coarse() -> Iterator[None]:
    """Figures with few pixels, which are drawn faster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "PAGE_DPI", 30)
        patch.setattr(charts_of_parts, "PAGE_DPI", 30)
        yield


def save(folder: Path, *results: Result) -> Path:
    """A folder with some results."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        (folder / f"{result.part}.json").write_text(result.json())
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all parts; for tests that only look at it."""
    folder = tmp_path_factory.mktemp("page") / "benchmarks"
    page.write_page(save(folder, *(part() for part in EVERY)))
    return folder


@pytest.fixture(scope="module")
def text(made: Path) -> str:
    """Its words."""
    return (made / "README.md").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    return tmp_path / "benchmarks"


def written(folder: Path) -> str:
    page.write_page(folder)
    return (folder / "README.md").read_text()


def goals(text: str) -> list[list[str]]:
    """The cells of the table of goals."""
    table = text.partition("## Goals")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_image_is_there_and_says_its_numbers(made: Path, text: str) -> None:
    images = IMAGE.findall(text)
    assert {file.partition("-")[0].partition(".")[0] for _, file in images} == set(PARTS)
    assert {file for _, file in images} == {file.name for file in made.glob("*.png")}
    for alt, file in images:
        assert (made / file).read_bytes().startswith(b"\x89PNG")
        assert re.search(r"\d", alt), file


def test_every_figure_has_its_finding_and_its_machine_beside_it(text: str) -> None:
    results = {result.part: result for result in (part() for part in EVERY)}
    for file, after in zip(IMAGE.split(text)[2::3], IMAGE.split(text)[3::3], strict=True):
        result = results[re.split("[-.]", file)[0]]
        caption, machine = after.strip().split("\n\n")[:2]
        assert re.fullmatch(r"\*.*\d.*\*", caption), caption
        assert str(result.machine["processor"]) in machine
        assert all(f"{name} {version}" in machine for name, version in result.versions.items())


def test_the_words_are_the_numbers(text: str) -> None:
    assert "p50: 1.5 at 1, 1.5 at 4.5, 60 at 4.9. p99: 2.5 at 1, 2.5 at 4.5, 100 at 4.9." in text
    assert "stage 2: 18 at 100, 90 at 1,000, 900 at 10,000. stage 6: 0 at 100" in text
    assert "Of a drain: feeds: Feeds._append 70, all others 30." in text
    assert "Through `feed` one core holds 4.5 times the lecture's rate, through `feed_many` 9.99 times." in text
    assert ": 120 times the peer by pipelined ZADD and trim, and 20 times its best way." in text
    assert "pipelined ZADD, TCP, 50,000 (50 k/s, ours 120 times)" in text
    assert "Fan-out as a whole makes 3,000,000 deliveries a second, 0.03 of the limit" in text
    assert "would take 170 GB (*modelled*" in text
    assert "stage 7, HybridFeeds, 5 and 7.94 (1.5 requests/s, 25 rows a page)" in text
    assert "and 1.43 times at stage 7, as at stage 1." in text


@pytest.mark.parametrize("part", PARTS)
def test_captions_and_goals_are_of_figures_that_the_part_has_measured(part: str) -> None:
    saved = page.read_result(ROOT / "benchmarks" / f"{part}.json")
    assert saved is not None
    for name in PARTS[part].captions:
        assert "unknown" not in charts_of_parts.caption_of(saved, name)
        assert f"]({name}.png)" in (ROOT / "benchmarks" / "README.md").read_text()
    assert all(goal.figure in saved.figures for goal in PARTS[part].goals)


def test_every_command_table_and_note_is_on_the_page(made: Path, text: str) -> None:
    for part in PARTS:
        assert f"python -m benchmarks {part} --json benchmarks/{part}.json" in text
    assert "`python -m benchmarks page`" in text
    assert "- A note.\n" in text
    assert "`feeds: Feeds._append`" in text
    assert re.search(r"\| +4\.9 \| no +\| +0\.5 \|", text)
    assert str(made.parent) not in text


def test_goals_are_met_missed_or_not_measured(folder: Path) -> None:
    text = written(save(folder, rate(), peers()))
    rows = goals(text)
    assert [row[-1] for row in rows] == ["yes", "no", "yes", "yes", "yes", "no", "", "", ""]
    assert [row[-2] for row in rows] == ["4.5", "9.99", "120", "20", "0.2", "0.3", *["not measured"] * 3]
    assert "Of 9 goals, 4 are met, 2 are missed and 3 are not measured." in text


def test_a_part_that_is_not_measured_says_how(folder: Path) -> None:
    text = written(save(folder, of_stages()))
    assert [file for _, file in IMAGE.findall(text)] == ["stages.png"]
    for part in PARTS:
        how = f"Not measured yet: run `python -m benchmarks {part} --json benchmarks/{part}.json`, and then"
        assert (how in text) == (part != "stages")


def test_an_empty_folder_gives_a_page_too(tmp_path: Path) -> None:
    text = written(tmp_path / "speed")
    assert text.count("Not measured yet: run ") == len(PARTS)
    assert "`python -m benchmarks page speed`" in text
    assert IMAGE.findall(text) == []


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    one, same = (save(tmp_path / name / "benchmarks", rate(), limit()) for name in ("one", "same"))
    assert written(one) == written(same)
    pictures = [{file.name: file.read_bytes() for file in folder.glob("*.png")} for folder in (one, same)]
    assert pictures[0] == pictures[1]
    assert pictures[0].keys() == {"rate.png", "limit.png"}


def test_a_part_without_tables_has_no_figure(folder: Path) -> None:
    text = written(save(folder, Result.here("limit", {}, {}, {})))
    assert "](limit.png)" not in text
    assert not (folder / "limit.png").exists()


def test_where_no_load_holds_the_page_says_so(folder: Path) -> None:
    rows = [load(1.0, False, *LATENCIES)]
    text = written(save(folder, Result.here("rate", {}, {"headroom": 0.0}, {"through feed": rows})))
    assert "*Through `feed` one core holds 0 times the lecture's rate" in text
    assert goals(text)[0][-2:] == ["0", "no"]


def test_a_file_that_is_no_result_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (save(folder) / "peers.json").write_text("[1]")
    assert main(["page", str(folder)]) == 2
    assert "peers.json is no result of the benchmarks" in capsys.readouterr().err
