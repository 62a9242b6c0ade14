"""The callers of `python -m benchmarks service`: a closed loop, run by locust as a program of its own.

Nothing of the package may import this file: importing locust replaces the sockets and threads of the whole process.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

WORK = "Twitterlab-Work"


class Tally:
    """What was answered within the window of time that counts; an error counts whenever it comes.

    `milliseconds` are those of each call by its kind, `work` the counters of all pages together, `busy` the share of
    one core that this process itself took.
    """

    def __init__(self, warm_s: float, seconds: float) -> None:
        self.milliseconds: dict[str, list[float]] = {"page": [], "post": []}
        self.work: Counter[str] = Counter()
        self.errors: list[str] = []
        self._from, self._seconds = time.perf_counter() + warm_s, seconds
        self._used = [0.0, 0.0]  # of this process at the window's first and last call, in seconds

    def answered(self, name: str, response_time: float, response: Any, exception: Any, **more: Any) -> None:
        """Take in one answer, or what came instead."""
        said = None if exception else response.headers.get(WORK)
        if said is None:
            self.errors.append(f"{name}: {exception or f'no header {WORK}'}")
            return
        if not 0 <= time.perf_counter() - self._from < self._seconds:
            return
        self._used = [self._used[0] or time.process_time(), time.process_time()]
        self.milliseconds[name].append(response_time)
        if name == "page":
            for counter in said.split(", "):
                what, _, number = counter.partition("=")
                self.work[what] += int(number)

    def broke(self, exception: Exception, **_: Any) -> None:
        """Take in that an answer was not what it should be."""
        self.errors.append(f"{type(exception).__name__}: {exception}")

    def save(self, file: Path) -> None:
        """Write everything as one JSON object."""
        found = {
            "milliseconds": self.milliseconds,
            "work": self.work,
            "errors": len(self.errors),
            "first_error": next(iter(self.errors), ""),
            "busy": (self._used[1] - self._used[0]) / self._seconds,
        }
        file.write_text(json.dumps(found), encoding="utf-8")


class Caller(FastHttpUser):
    """Does one planned action after the other without a pause, each as the user whom the plan names, with their token.

    All callers together take from one list, from its beginning and again from there after its end.
    """

    wait_time = constant(0)
    actions: Iterator[tuple[int, str, int]] = iter(())
    tokens: dict[str, str] = {}

    @task
    def act(self) -> None:
        """Post, or visit."""
        user, text, pages = next(self.actions)
        headers = {"Authorization": f"Bearer {self.tokens[str(user)]}"}
        if text:
            self.client.post("/tweets", json={"text": text}, headers=headers, name="post")
        else:
            self.visit(pages, headers)

    def visit(self, pages: int, headers: dict[str, str]) -> None:
        """Read a first page, and older ones until so many are read or nothing older is there."""
        older = ""
        for _ in range(pages):
            answer = self.client.get(f"/feed{older}", headers=headers, name="page")
            page = answer.json() if answer.status_code == 200 else {"next": None}
            if page["next"] is None:
                return
            older = f"?before={page['next']}"


def options(parser: LocustArgumentParser) -> None:
    """What the bench says: the plan, where the tally goes, and the window in seconds."""
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--tally", type=Path)
    parser.add_argument("--warm-s", type=float)
    parser.add_argument("--counted-s", type=float)


def begin(environment: Environment, **_: Any) -> None:
    """Hand out the plan, begin to count, and end when that is over."""
    said = environment.parsed_options
    assert said is not None
    plan = json.loads(said.plan.read_text(encoding="utf-8"))
    Caller.actions, Caller.tokens = cycle(plan["actions"]), plan["tokens"]
    tally, hooks = Tally(said.warm_s, said.counted_s), environment.events
    on(hooks.request, tally.answered)
    on(hooks.user_error, tally.broke)
    on(hooks.quitting, lambda **_: tally.save(said.tally))
    assert environment.runner is not None
    gevent.spawn_later(said.warm_s + said.counted_s, environment.runner.quit)


def on(hook: Any, listener: Callable[..., None]) -> None:
    """Let locust call a listener; its hooks have no types."""
    hook.add_listener(listener)


on(events.init_command_line_parser, options)
on(events.test_start, begin)
