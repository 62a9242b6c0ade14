"""What returned survives a killed process, whatever it was doing; what did not has happened wholly or not at all."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.graphs import ring
from support.on_disk import USERS, batch_of, open_system, rows_of_batch
from support.plain import Plain, assert_equal_pages, scroll, stored
from support.processes import PATIENCE, child, finish

import twitterlab as tl

KILLS = 50 if CI else 8
KILLED = ("SingleTable", "UserShards", "PrecomputedFeeds", "HybridFeeds")
ROUNDS = {stage: KILLS // 4 + (number < KILLS % 4) for number, stage in enumerate(KILLED)}


def run_and_kill(stage: str, directory: Path, seed: int) -> list[dict[str, Any]]:
    """Let a child work in the directory and kill it at a moment drawn from the seed; returns what it said."""
    rng = np.random.default_rng([seed, 1])
    lines = []
    process = child(
        "import sys; from support import killed; killed.main(*sys.argv[1:3], int(sys.argv[3]))", stage, directory, seed
    )
    assert process.stdin
    assert process.stdout
    for _ in range(1 + int(rng.integers(20, 120))):
        lines.append(process.stdout.readline())
    for _ in range(int(rng.integers(0, 100_000))):  # somewhere inside a call
        pass
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    rest = process.stdout.read()  # not communicate(), which would lose what readline() has taken from the pipe already
    process.stdin.close(), process.stdout.close()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert all(lines), "the child ended by itself"
    return [json.loads(line) for line in lines]


def account(
    lines: list[dict[str, Any]], expected: Plain
) -> tuple[dict[str, Any] | None, dict[tuple[int, str], tl.Tweet]]:
    """Tell `expected` what was answered; returns the call that was not, if any, and the first tweet of each key."""
    open_call, keys = None, {}
    for line in lines:
        if "call" in line:
            open_call = line
        elif "answer" in line:
            assert open_call is not None
            kind, one, *other = open_call["call"]
            tweets = [tl.Tweet._make(row) for row in line["answer"]]
            expected.post(*tweets)
            if "key" in open_call:
                keys[one, open_call["key"]] = tweets[0]
            if kind == "delete":
                expected.delete(other[0])
            elif kind == "follow":
                expected.follows.add((one, other[0]))
            elif kind == "unfollow":
                expected.follows.discard((one, other[0]))
            open_call = None
    return open_call, keys


def accept_the_open_call(call: dict[str, Any] | None, expected: Plain, found: Plain) -> None:
    """The call that the kill interrupted has happened entirely or not at all: take whichever is found."""
    new = [tweet for tweet_id, tweet in sorted(found.tweets.items()) if tweet_id not in expected.tweets]
    if call is None:
        assert not new
        return
    kind, one, *other = call["call"]
    if kind in ("post", "post_many"):
        rows = [(one, other[0])] if kind == "post" else [tuple(row) for row in one]
        assert [(tweet.author, tweet.text) for tweet in new] in ([], rows)
        expected.post(*new)
    elif kind == "delete" and other[0] not in found.tweets:
        expected.delete(other[0])
    elif kind in ("follow", "unfollow"):
        expected.follows ^= {(one, other[0])} & (expected.follows ^ found.follows)


@pytest.mark.parametrize("stage", KILLED)
def test_whatever_returned_survives_a_killed_process_and_shows_once(stage: str, tmp_path: Path) -> None:
    expected, used = Plain(ring(USERS)), {0}
    for seed in range(ROUNDS[stage]):
        lines = run_and_kill(stage, tmp_path / "home", seed)
        open_call, keys = account(lines, expected)
        used |= {row[0] for line in lines for row in line.get("answer", [])}
        with open_system(stage, str(tmp_path / "home")) as system:
            system.drain()
            found = stored(system)
            accept_the_open_call(open_call, expected, found)
            assert found.tweets == expected.tweets
            assert found.follows == expected.follows
            assert_equal_pages(system, expected)
            for (author, key), first in keys.items():
                assert system.post(author, "again", key=key) == first
            after = system.post(seed % USERS, f"after kill {seed}")
            assert after.id > max(used | found.tweets.keys())
            expected.post(after)
            used.add(after.id)
            system.drain()
            for reader in range(USERS):
                assert scroll(system, reader) == scroll(expected, reader)


def test_a_kill_at_any_step_of_creation_leaves_an_absent_system_or_a_whole_one(tmp_path: Path) -> None:
    source = """
        import os, sys
        from pathlib import Path
        from support.on_disk import open_system
        from support.graphs import ring
        from twitterlab.parts.store import directory as home
        from twitterlab.parts.store.database import Database

        left = [0]
        def dying(function):
            def step(*arguments, **more):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)
                return function(*arguments, **more)
            return step

        home.sync_to_disk = dying(home.sync_to_disk)
        Path.rename, Path.mkdir, Path.write_text = dying(Path.rename), dying(Path.mkdir), dying(Path.write_text)
        for name in ("__init__", "load_follows", "checkpoint", "close"):
            setattr(Database, name, dying(getattr(Database, name)))
        for steps in range(1, 1000, int(sys.argv[2])):
            pid = os.fork()  # before any database is open
            if not pid:
                left[0] = steps
                open_system("UserShards", f"{sys.argv[1]}/{steps}", ring(12), shards=2)
                os._exit(0)
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            if not status:
                break
    """
    stride = 1 if CI else 3
    codes = finish(child(source, tmp_path, stride))
    assert codes == [9] * (len(codes) - 1) + [0]
    assert len(codes) * stride > 15  # it did die at many steps
    whole = Plain(ring(USERS))
    outcomes = set()
    for steps in range(1, 1 + len(codes) * stride, stride):
        directory = str(tmp_path / str(steps))
        absent = not (tmp_path / str(steps) / "system").exists()
        outcomes.add("absent" if absent else "whole")
        if absent:
            with pytest.raises(tl.StorageError, match="holds no system yet"):
                open_system("UserShards", directory, shards=2)
        with open_system("UserShards", directory, ring(USERS) if absent else None, shards=2) as system:
            assert stored(system).follows == whole.follows
            tweet = system.post(3, "first")
            assert system.feed(2).tweets == [tweet]
    assert outcomes == {"whole", "absent"}


def test_a_kill_while_an_opening_settles_batches_loses_none(tmp_path: Path) -> None:
    with open_system("UserShards", str(tmp_path / "0"), ring(USERS)) as system:
        system.post_many(batch_of("many"))
        system.post_many(list(reversed(batch_of("other"))))
    source = """
        import os, shutil, sys
        from support.on_disk import open_system
        from twitterlab.parts.store.database import Database

        forget, left = Database.forget_batches, [0]
        def dying(*arguments):
            forget(*arguments)
            left[0] -= 1
            if not left[0]:
                os._exit(9)
        Database.forget_batches = dying
        for steps in range(1, 100):
            shutil.copytree(f"{sys.argv[1]}/0", f"{sys.argv[1]}/{steps}")
            pid = os.fork()  # before any database is open
            if not pid:
                left[0] = steps
                open_system("UserShards", f"{sys.argv[1]}/{steps}").close()
                os._exit(0)
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            if not status:
                break
    """
    codes = finish(child(source, tmp_path))
    assert codes == [9] * (len(codes) - 1) + [0]
    assert len(codes) > 3
    for steps in range(1, len(codes) + 1):
        with open_system("UserShards", str(tmp_path / str(steps))) as system:
            found = stored(system)
            assert (rows_of_batch(found, "many"), rows_of_batch(found, "other")) == (USERS, USERS)
