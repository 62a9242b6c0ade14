"""The processes of that measurement: the service at one stage, and its callers; each ends with its block."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from benchmarks.common import Unavailable
from twitterlab.model import TwitterlabError

if TYPE_CHECKING:
    from twitterlab.service.tokens import Signer

INSTALL = ".venv/bin/python -m pip install -e '.[service,load]' -c constraints.txt"
CALLERS = Path(__file__).with_name("service_callers.py")
RATE = "1000000/second"  # no caller comes near
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")
GRACE_S = 40  # to finish what was accepted; the service itself gives calls under way 30
SLACK_S = 60  # for locust to start and to end


class Failed(TwitterlabError):
    """The service, or what calls it, did not do what it should; the message says at which stage."""


@dataclass(frozen=True)
class Served:
    """A service that runs: its stage, its address, and whose tokens it takes."""

    stage: int
    address: str
    signer: Signer

    def page(self, user: int) -> list[tuple[str, str]]:
        """Author and text of the tweets on a user's first page."""
        request = Request(f"{self.address}/feed", headers={"Authorization": f"Bearer {self.signer.token(user)}"})
        with urlopen(request, timeout=60) as answer:
            return [(tweet["author"], tweet["text"]) for tweet in json.load(answer)["tweets"]]


def needed() -> None:
    """Raises Unavailable where locust, or a package of the service, is not installed.

    locust is looked for and not imported, which would patch this process.
    """
    try:
        from twitterlab.service import create_app  # noqa: F401
    except ImportError:
        raise Unavailable(f"the HTTP service needs more packages: {INSTALL}") from None
    if find_spec("locust") is None:
        raise Unavailable(f"locust is not installed: {INSTALL}")


@contextmanager
def served(stage: int, graph: Path, tweets: int, folder: Path) -> Iterator[Served]:
    """The service at a stage, in memory, on a port that is free; raises Failed where it does not start."""
    from benchmarks.load import THRESHOLD
    from twitterlab.clock import SystemClock
    from twitterlab.service.keys import running_file
    from twitterlab.service.tokens import Signer

    said: dict[str, Any] = {"stage": stage, "port": 0, "graph": graph, "tweets": tweets, "rate": RATE}
    said |= {"threshold": THRESHOLD} if stage == 7 else {}
    words = [f"--{name}={value}" for name, value in said.items()]
    log = folder / "service.log"
    with running([sys.executable, "-m", "twitterlab.commands.cli", "serve", "--quiet", *words], log) as process:
        assert process.stdout is not None
        address = next(filter(None, map(address_in, process.stdout)), None)
        if address is None:
            raise Failed(f"stage {stage} did not start: {last_line(log)}")
        signer = Signer.read(running_file(urlsplit(address).port or 0), SystemClock().now)
        yield Served(stage, address, signer)


def address_in(line: str) -> str | None:
    """The address that a line tells."""
    found = ADDRESS.search(line)
    return found and found.group()


def called(service: Served, plan: Path, callers: int, warm_s: float, counted_s: float) -> dict[str, Any]:
    """What the callers' tally says once they have called for so long; raises Failed where a call had an error."""
    tally, log = plan.with_name("tally.json"), plan.with_name("callers.log")
    tally.unlink(missing_ok=True)
    seconds = math.ceil(warm_s + counted_s) + SLACK_S  # at the latest: the callers end by themselves
    ours = {"plan": plan, "tally": tally, "warm-s": warm_s, "counted-s": counted_s}
    said = {"host": service.address, "users": callers, "spawn-rate": callers, "run-time": f"{seconds}s"}
    locust = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--exit-code-on-error=0", "-f", CALLERS]
    words = [f"--{name}={value}" for name, value in {**said, **ours}.items()]
    with running([*map(str, locust), *words], log, plan.parent) as process:
        try:
            process.communicate(timeout=seconds + SLACK_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"stage {service.stage}: locust did not end: {last_line(log)}") from None
    if process.returncode or not tally.exists():
        raise Failed(f"stage {service.stage}: locust ended with {process.returncode}: {last_line(log)}")
    return right(service.stage, json.loads(tally.read_text(encoding="utf-8")))


def right(stage: int, tally: dict[str, Any]) -> dict[str, Any]:
    """The tally, if every call was answered as it should be, and some in time; else raises Failed."""
    if tally["errors"]:
        raise Failed(f"stage {stage}: {tally['errors']:,} calls had an error, the first {tally['first_error']}")
    if not tally["milliseconds"]["page"]:
        raise Failed(f"stage {stage}: no page came in time: let it run for more --seconds")
    return tally


@contextmanager
def running(words: Sequence[str], log: Path, folder: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block at the latest, however that ends; what it says on stderr goes into `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    with log.open("w", encoding="utf-8") as err:
        process = subprocess.Popen(words, cwd=folder, env=clean, stdout=subprocess.PIPE, stderr=err, text=True)
    with process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Ask a process to end, and end it where it does not within the grace."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def last_line(log: Path) -> str:
    """The last thing that a process said."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
