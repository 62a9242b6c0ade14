"""The callers of `python -m benchmarks service`: a closed loop, run by locust as a program of its own.

It takes `plan.json` from its folder and leaves `answers.json` there. Nothing of the package may import this file:
importing locust replaces the sockets and threads of the whole process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant, events, task

WORK = "Twitterlab-Work"


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


class Answers:
    """What came back: of each answer its kind, when it came, its milliseconds, its work, the processor's seconds."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, float, float, str, float]] = []
        self.errors: list[str] = []
        self._begun = time.perf_counter()

    def take_answer(self, name: str, response_time: float, response: Any, exception: Any, **_: Any) -> None:
        """Take in one answer, or what came instead."""
        work = None if exception else response.headers.get(WORK)
        if work is None:
            self.errors.append(f"{name}: {exception or f'no header {WORK}'}")
        else:
            since = time.perf_counter() - self._begun
            self.answers.append((name, since, response_time, work, time.process_time()))

    def take_error(self, exception: Exception, **_: Any) -> None:
        """Take in that an answer was not what it should be."""
        self.errors.append(f"{type(exception).__name__}: {exception}")

    def save(self, **_: Any) -> None:
        """Write everything as one JSON object."""
        found = {"answers": self.answers, "errors": self.errors}
        Path("answers.json").write_text(json.dumps(found), encoding="utf-8")


def begin(environment: Any, **_: Any) -> None:
    """Hand out the plan, listen to every answer, and end when the time is over."""
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    Caller.actions, Caller.tokens = cycle(plan["actions"]), plan["tokens"]
    answers = Answers()
    environment.events.request.add_listener(answers.take_answer)
    environment.events.user_error.add_listener(answers.take_error)
    environment.events.quitting.add_listener(answers.save)
    gevent.spawn_later(plan["seconds"], environment.runner.quit)


hooks: Any = events  # they have no types
hooks.test_start.add_listener(begin)
