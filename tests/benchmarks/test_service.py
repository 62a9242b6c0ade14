"""The service measured: what it reports, what makes it fail, and that its processes end. No time is asserted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import isfinite
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import pytest
from support.depth import CI

import twitterlab as tl
from authoring.verify import ROOT
from benchmarks import page, service
from benchmarks.common import Failed, Result, Unavailable, must_agree, sizes_of
from benchmarks.service import Served, call_service, running_python
from twitterlab.service import Signer

GRAPH = tl.FollowGraph.synthetic(users=200, mean_follows=8, seed=7)
WORK = {"Twitterlab-Work": "rows_read=3, queries=1"}
ANSWERS = {
    "page: URL .*: code=503": (503, {}, "{}"),
    "page: no header Twitterlab-Work": (200, {}, '{"tweets": [], "next": null}'),
    "KeyError: 'next'": (200, WORK, '{"tweets": []}'),
}  # what comes instead of a page, by what is said of it


@pytest.fixture(scope="module")
def result() -> Iterator[Result]:
    """A quick run of two stages."""
    if not CI:
        pytest.skip("starts two services, and locust for each: set CI=true")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "NUMBERS", (1, 7))
        yield service.run(sizes_of("service", quick=True))


@contextmanager
def answering(status: int, headers: dict[str, str], body: str) -> Iterator[Served]:
    """Something on a port that gives every call the same answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        Thread(target=server.serve_forever, daemon=True).start()
        yield Served(3, f"http://127.0.0.1:{server.server_port}", Signer.new(lambda: 0))
        server.shutdown()


def answers(pages: list[float], posts: list[float], rows: int = 0) -> pd.DataFrame:
    """What the callers noted: pages of so many milliseconds and rows, and posts."""
    calls = [("page", ms, f"rows_read={rows}, queries=1") for ms in pages] + [("post", ms, "queries=1") for ms in posts]
    table = pd.DataFrame(calls, columns=["kind", "ms", "work"])
    return table.assign(at_s=0.5, cpu_s=0.1)


def call(answer: Served, folder: Path) -> pd.DataFrame:
    """What one caller who reads a page again and again has to say of it."""
    service.write_plan(folder, [(1, "", 1)], answer.signer.token, 0.3)
    return call_service(answer, folder, callers=1, seconds=0.3)


# What is reported


def test_each_stage_has_a_rate_percentiles_and_the_rows_of_a_page(result: Result) -> None:
    (rows,) = result.tables.values()
    assert [(row["stage"], row["class"]) for row in rows] == [(1, "SingleTable"), (7, "HybridFeeds")]
    for row in rows:
        assert row["requests/s"] > 0
        assert 0 < row["page p50 ms"] <= row["page p99 ms"]
    assert rows[0]["rows a page"] > sizes_of("service", quick=True).tweets * 0.9  # an older page may skip a few
    assert rows[1]["rows a page"] < rows[0]["rows a page"] / 10


def test_the_result_says_under_what_it_was_measured(result: Result) -> None:
    assert result.settings["users"] == sizes_of("service", quick=True).users
    assert result.settings["runs"] == 1
    assert {"python", "fastapi", "uvicorn", "locust", "duckdb"} <= set(result.versions)
    assert result.machine["cores"] > 0
    assert all(isfinite(value) and value > 0 for value in result.figures.values())
    assert "NaN" not in result.json()
    for words in ("SingleTable", "requests/s", "page p99 ms", "closed loop"):
        assert words in result.text()


def test_of_two_runs_the_one_with_more_requests_is_reported_and_the_other_told() -> None:
    better, worse = answers([1.0] * 9, [5.0], rows=2), answers([3.0] * 4, [])
    for runs in ([better, worse], [worse, better]):
        row = service.stage_row(2, 2, runs)
        assert (row["requests/s"], row["other run"]) == (5.0, 2.0)
        assert (row["page p50 ms"], row["post p99 ms"], row["rows a page"]) == (1.0, 5.0, 2.0)
    assert service.rate_figures([row]) == {"runs_apart_at_most": 1.5}


def test_a_run_without_a_page_in_time_is_refused() -> None:
    with pytest.raises(Failed, match="stage 2: no page came in time"):
        service.stage_row(2, 2, [answers([], [5.0])])


def test_the_table_on_the_front_page_is_the_saved_one() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    saved = page.read_result(ROOT / "benchmarks" / "service.json")
    assert saved is not None
    assert page.with_service(text, saved) == text
    assert "| SingleTable " in text


def test_the_table_is_put_where_the_front_page_has_a_place_for_it(tmp_path: Path, result: Result) -> None:
    front = tmp_path / "README.md"
    page.write_front(front, result)
    assert not front.exists()
    front.write_text("no place")
    page.write_front(front, result)
    assert front.read_text() == "no place"
    front.write_text(f"before\n\n{page.BEGIN}an old table{page.END}\n\nafter\n")
    page.write_front(front, result)
    written = front.read_text()
    assert re.match(rf"before\n\n{page.BEGIN}\n\| +stage \|", written)
    assert written.endswith(f"{page.END}\n\nafter\n")
    assert "an old table" not in written


# What the callers do


def test_the_mix_is_the_lectures_and_the_same_each_time() -> None:
    planned = service.plan_actions(GRAPH, 20_000, seed=7)
    posts = sum(bool(text) for _, text, _ in planned)
    pages = sum(pages for *_, pages in planned)
    assert 18 < pages / posts < 22
    assert all(bool(text) != bool(pages) for _, text, pages in planned)
    assert planned == service.plan_actions(GRAPH, 20_000, seed=7)
    assert max(pages for *_, pages in planned) > 3


def test_tokens_are_kept_from_other_users(tmp_path: Path) -> None:
    service.write_plan(tmp_path, [(5, "", 1), (5, "a", 0)], str, 1.0)
    assert (tmp_path / "plan.json").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "plan.json").read_text())["tokens"] == {"5": "5"}


# What makes it fail


@pytest.mark.parametrize("error", ANSWERS)
def test_a_service_with_errors_makes_the_run_fail(error: str, tmp_path: Path) -> None:
    if not (CI or error.startswith("KeyError")):
        pytest.skip("starts locust once more: set CI=true")
    message = f"stage 3: .* had an error, the first {error}"
    with answering(*ANSWERS[error]) as answer, pytest.raises(Failed, match=message):
        call(answer, tmp_path)


def test_a_stage_with_another_page_is_named() -> None:
    with pytest.raises(Failed, match="a reader gets one page from stage 1 and another from stage 4"):
        must_agree("a reader", {"stage 1": {5: [("2", "a")]}, "stage 4": {5: [("2", "b")]}})


def test_a_service_that_does_not_start_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "none.parquet"
    with pytest.raises(Failed, match=r"stage 2 did not start: twitterlab serve: .*none\.parquet"):
        service.serve_stage(2, missing, 10, tmp_path).__enter__()


def test_without_locust_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"locust is not installed: .* pip install -e '\.\[service,load\]'"):
        service.run(sizes_of("service", quick=True))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_process_ends_with_its_block(error: type[BaseException], tmp_path: Path) -> None:
    words = ["-c", "import time; time.sleep(600)"]
    started = []

    def broken() -> None:
        with running_python(words, tmp_path / "log") as process:
            started.append((process, process.poll()))
            raise error

    with pytest.raises(error):
        broken()
    ((process, ended),) = started
    assert ended is None
    assert process.returncode is not None
