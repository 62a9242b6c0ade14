"""The HTTP service at all seven stages under one load: requests a second, percentiles, and the rows behind them.

Each stage is served by a process of its own, on the same graph with the same tweets, and called by locust in another: a
closed loop, in which a fixed number of callers ask again as soon as they are answered. The stages take their turns from
1 to 7 and then from 7 to 1. Of the two runs of a stage the one with more requests a second is reported, as a whole; the
requests a second of the other stand beside it, and tell how far two runs of the same are apart on this machine.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import httpx2
import numpy as np
import pandas as pd

from benchmarks.common import Failed, Result, Table, Unavailable, install_command, must_agree, percentiles
from twitterlab import STAGES, FollowGraph, SystemClock
from twitterlab.service.keys import running_file
from twitterlab.service.tokens import Signer
from twitterlab.workloads.mixes import lecture

Runs: TypeAlias = list[pd.DataFrame]  # of one stage: a row for each call, as `call_service` has them
Action: TypeAlias = tuple[int, str, int]  # user, text of a post or empty, pages of a visit or 0

NUMBERS = range(1, len(STAGES) + 1)
THRESHOLD = 10_000  # followers from which on stage 7 pulls an author
ACTIONS = 20_000  # posts and visits; whoever needs more begins again
COMPARED = 20  # readers whose first pages must be the same at every stage
PAGES_PER_POST = 20.0  # the lecture's
PAGES_A_VISIT = 4 / 3  # a first page, and after each page with a chance of a quarter the next older one
MIX: dict[str, Any] = {"pages_per_post": PAGES_PER_POST / PAGES_A_VISIT} | {
    f"{kind}_per_post": 0.0 for kind in ("follows", "unfollows", "deletes")
}
CALLERS = Path(__file__).with_name("service_callers.py")
RATE = "1000000/second"  # no caller comes near
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")
ROWS_READ = r"\brows_read=([0-9]+)"  # of the header that says what a call cost
GRACE_S = 40  # to finish what was accepted; the service itself gives calls under way 30
SLACK_S = 60  # for locust to start and to end


def run(size: Namespace) -> Result:
    """Serve each stage and call it, upwards and then downwards; raises Unavailable and Failed."""
    if find_spec("locust") is None:  # looked for and not imported, which would patch this process
        raise Unavailable(f"locust is not installed: {install_command('service')}")
    graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
    order = [*NUMBERS, *reversed(NUMBERS)][: size.runs * len(NUMBERS)]
    runs = measure_stages(order, graph, size, plan_actions(graph, ACTIONS, size.seed))
    rows = [stage_row(stage, size.seconds, answers) for stage, answers in sorted(runs.items())]
    fixed = {
        "graph's follows": graph.edges,
        "celebrities": int((graph.follower_counts >= THRESHOLD).sum()),
        "pages a post": PAGES_PER_POST,
        "pages a visit": round(PAGES_A_VISIT, 2),
        "counting": True,
    }
    return Result.here("service", vars(size) | fixed, rate_figures(rows), {"the service at each stage": rows})


def measure_stages(order: Sequence[int], graph: FollowGraph, size: Namespace, plan: list[Action]) -> dict[int, Runs]:
    """The answers in each run of each stage, whose turns come in this order; all show the same pages beforehand."""
    runs: defaultdict[int, Runs] = defaultdict(list)
    pages: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    readers = list(dict.fromkeys(user for user, text, _ in plan if not text))[:COMPARED]
    with TemporaryDirectory(prefix="twitterlab-service-") as name:
        folder = Path(name)
        graph.write(folder / "graph.parquet")
        for stage in order:
            with serve_stage(stage, folder / "graph.parquet", size.tweets, folder) as service:
                for reader in readers:
                    pages[reader][f"stage {stage}"] = service.page(reader)
                    must_agree(f"reader {reader}", pages[reader])
                write_plan(folder, plan, service.signer.token, size.warm + size.seconds)
                answers = call_service(service, folder, size.callers, size.warm + size.seconds)
            runs[stage].append(answers[answers["at_s"].between(size.warm, size.warm + size.seconds)])
    return runs


# What the callers are to do


def plan_actions(graph: FollowGraph, count: int, seed: int) -> list[Action]:
    """So many posts and visits of the lecture's readers and writers; a visit is a first page and maybe older ones.

    Readers and writers have `Habits`' skews; a reader with few tweets to see turns fewer pages than the visit has.
    """
    events = lecture(graph, count, seed, **MIX)
    pages = np.random.default_rng(seed).geometric(1 / PAGES_A_VISIT, count).tolist()
    return [
        (event.user, event.text, 0) if event.kind == "post" else (event.user, "", turned)
        for event, turned in zip(events, pages, strict=True)
    ]


def write_plan(folder: Path, actions: list[Action], token: Callable[[int], str], seconds: float) -> None:
    """Write what the callers do and for how long, with a token for each user, where only this user can read it."""
    plan = folder / "plan.json"
    plan.touch(mode=0o600)
    tokens = {user: token(user) for user in sorted({user for user, *_ in actions})}
    plan.write_text(json.dumps({"actions": actions, "tokens": tokens, "seconds": seconds}), encoding="utf-8")


# The processes: the service at one stage, and its callers


class Served(NamedTuple):
    """A service that runs: its stage, its address, and whose tokens it takes."""

    stage: int
    address: str
    signer: Signer

    def page(self, user: int) -> list[tuple[str, str]]:
        """Author and text of the tweets on a user's first page."""
        token = {"Authorization": f"Bearer {self.signer.token(user)}"}
        answer = httpx2.get(f"{self.address}/feed", headers=token, timeout=60).raise_for_status()
        return [(tweet["author"], tweet["text"]) for tweet in answer.json()["tweets"]]


@contextmanager
def serve_stage(stage: int, graph: Path, tweets: int, folder: Path) -> Iterator[Served]:
    """The service at a stage, in memory, on a port that is free; raises Failed where it does not start."""
    settings: dict[str, Any] = {"stage": stage, "port": 0, "graph": graph, "tweets": tweets, "rate": RATE}
    settings |= {"threshold": THRESHOLD} if stage == 7 else {}
    words = ["-m", "twitterlab.commands.cli", "serve", "--quiet", *as_options(settings)]
    log = folder / "service.log"
    with running_python(words, log) as process:
        lines = map(ADDRESS.search, process.stdout or ())
        address = next((found.group() for found in lines if found), None)
        if address is None:
            raise Failed(f"stage {stage} did not start: {last_line(log)}")
        yield Served(stage, address, Signer.read(running_file(urlsplit(address).port or 0), SystemClock().now))


def call_service(service: Served, folder: Path, callers: int, seconds: float) -> pd.DataFrame:
    """A row for each call that is answered within so many seconds; raises Failed where a call had an error.

    `at_s` is when it was answered, `cpu_s` how long all callers together had used the processor by then.
    """
    found, log, stage = folder / "answers.json", folder / "callers.log", f"stage {service.stage}"
    found.unlink(missing_ok=True)
    latest = math.ceil(seconds) + SLACK_S  # the callers end by themselves
    settings = {"host": service.address, "users": callers, "spawn-rate": callers, "run-time": f"{latest}s"}
    words = ["-m", "locust", "--headless", "--only-summary", "--exit-code-on-error=0", "-f", str(CALLERS)]
    with running_python([*words, *as_options(settings)], log, folder) as process:
        try:
            process.communicate(timeout=latest + SLACK_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"{stage}: locust did not end: {last_line(log)}") from None
    if process.returncode or not found.exists():
        raise Failed(f"{stage}: locust ended with {process.returncode}: {last_line(log)}")
    calls = json.loads(found.read_text(encoding="utf-8"))
    if calls["errors"]:
        raise Failed(f"{stage}: {len(calls['errors']):,} calls had an error, the first {calls['errors'][0]}")
    return pd.DataFrame(calls["answers"], columns=["kind", "at_s", "ms", "work", "cpu_s"])


def as_options(settings: dict[str, Any]) -> list[str]:
    """Settings as a command line has them."""
    return [f"--{name}={value}" for name, value in settings.items()]


@contextmanager
def running_python(words: Sequence[str], log: Path, folder: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A Python that ends with the block at the latest, however that ends; what it says on stderr goes into `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    command = [sys.executable, *words]
    with (
        log.open("w", encoding="utf-8") as err,
        subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.PIPE, stderr=err, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def last_line(log: Path) -> str:
    """The last thing that a process said."""
    lines = filter(str.strip, log.read_text(encoding="utf-8", errors="replace").splitlines())
    return (["it said nothing", *lines])[-1].strip()


def stage_row(stage: int, seconds: float, runs: Runs) -> dict[str, Any]:
    """A stage's row: its run with the most requests a second, and beside it those of its other run."""
    best, *others = sorted(runs, key=len, reverse=True)
    pages = best[best["kind"] == "page"]
    if pages.empty:
        raise Failed(f"stage {stage}: no page came in time: let it run for more --seconds")
    times = {kind: percentiles(calls["ms"], unit=1) for kind, calls in best.groupby("kind")}
    return {
        "stage": stage,
        "class": STAGES[stage - 1].__name__,
        "requests/s": len(best) / seconds,
        "other run": len(others[0]) / seconds if others else None,
        **{f"{kind} {name} ms": times.get(kind, {}).get(name) for kind in ("page", "post") for name in ("p50", "p99")},
        "rows a page": float(pages["work"].str.extract(ROWS_READ, expand=False).fillna(0).astype(float).mean()),
        "callers busy": float(best["cpu_s"].max() - best["cpu_s"].min()) / seconds,
    }


def rate_figures(rows: Table) -> dict[str, float]:
    """How many times stage 1's requests a second each stage answers, and how far the two runs of a stage are apart."""
    first, *later = rows
    apart = [row["requests/s"] / row["other run"] - 1 for row in rows if row["other run"]]
    return {
        **{f"stage{row['stage']}_over_stage1": row["requests/s"] / first["requests/s"] for row in later},
        **({"runs_apart_at_most": max(apart)} if apart else {}),
    }
