"""A disk that is full or does not sync is a StorageError, and no call is half done: seen by a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from support.depth import CI
from support.graphs import ring
from support.on_disk import USERS, open_system, rows_of_batch
from support.plain import Plain, assert_equal_pages, stored
from support.processes import child, finish

import twitterlab as tl

# What fits the disk after five posts; which sync from then on is the first to fail, and how many do.
ROOM = [("ReadReplicas", 2_000), ("UserShards", 50), ("HybridFeeds", 2_000)]
FAILURES = [("UserShards", 1, 1000), ("UserShards", 3, 1), ("HybridFeeds", 1, 1), ("HybridFeeds", 3, 1000)]
if CI:
    ROOM = list(product(("ReadReplicas", "UserShards", "HybridFeeds"), (1, 50, 333, 1_000, 3_000, 20_000)))
    FAILURES = list(product(("UserShards", "HybridFeeds"), (1, 2, 3, 4, 5, 7), (1, 1000)))
LIMITED = """
    import json, resource, signal, sys
    import twitterlab as tl
    from support.on_disk import USERS, open_system
    from support.graphs import ring

    stage, directory, extra = sys.argv[1], sys.argv[2], int(sys.argv[3])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    system = open_system(stage, directory, ring(USERS))
    for number in range(5):
        print(json.dumps(["post", system.post(number, f"before {number}")]), flush=True)
    size = max(path.stat().st_size for path in (system._home.path / "system").glob("*.wal"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + extra, hard))
    calls = {
        "post": lambda n: [system.post(n % USERS, f"single {n}")],
        "post_many": lambda n: system.post_many([(a, f"many{n} {a}") for a in range(USERS)]),
        "follow": lambda n: system.follow(*edge(n)),
        "unfollow": lambda n: system.unfollow(*edge(n)),
    }
    def edge(n):
        return n % USERS, (n + 3) % USERS

    edges = {"follow", "unfollow"}
    failed = set()
    for number in range(2000):
        change = "follow" if number // USERS % 2 == 0 else "unfollow"
        for name in ("post", "post_many", change):
            try:
                tweets = calls[name](number) or []
            except tl.StorageError:
                failed.add(name)
                print(json.dumps(["failed", name, number, edge(number)]), flush=True)
            else:
                print(json.dumps(["returned", name, number, edge(number), tweets]), flush=True)
        if failed >= {"post", "post_many"} and failed & edges:
            break
    for reader in range(USERS):  # reading may fail, but never with another error
        try:
            system.feed(reader)
        except tl.StorageError:
            pass
    system.close()
    print(json.dumps(["closed"]), flush=True)
"""


@pytest.mark.parametrize(("stage", "extra"), ROOM)
def test_a_disk_that_is_full_is_a_storage_error_and_nothing_is_half_done(
    stage: str, extra: int, tmp_path: Path
) -> None:
    lines = finish(child(LIMITED, stage, tmp_path / "home", extra))
    assert lines[-1] == ["closed"]
    assert {line[1] for line in lines if line[0] == "failed"} >= {"post", "post_many"}
    check_after_failures(stage, tmp_path / "home", lines)


def check_after_failures(stage: str, directory: Path, lines: list[Any]) -> None:
    """Open again: all that returned is there, a call that failed has happened entirely or not at all, pages agree."""
    returned, follows = {}, dict.fromkeys(Plain(ring(USERS)).follows, True)
    doubtful_tweets, doubtful_follows = set(), set()
    for line in lines:
        if line[0] == "post":
            returned[line[1][0]] = tl.Tweet._make(line[1])
        elif line[0] in ("returned", "failed"):
            kind, number, pair = line[1], line[2], tuple(line[3])
            if line[0] == "failed":
                doubtful_tweets.add(f"single {number}" if kind == "post" else f"many{number}")
                doubtful_follows |= {pair} if kind in ("follow", "unfollow") else set()
            elif kind in ("follow", "unfollow"):
                follows[pair] = kind == "follow"
                doubtful_follows.discard(pair)
            else:
                returned.update((row[0], tl.Tweet._make(row)) for row in line[4])
    with open_system(stage, str(directory)) as system:
        pending = {row for db in system.tables.databases for row in db.peek('SELECT kind, "user", target FROM log')}
        system.drain()
        found = stored(system)
        assert {tweet_id: found.tweets.get(tweet_id) for tweet_id in returned} == returned
        new = [tweet for tweet_id, tweet in found.tweets.items() if tweet_id not in returned]
        for tweet in new:
            assert tweet.text in doubtful_tweets or tweet.text.split()[0] in doubtful_tweets
            if tweet.text.startswith("many"):
                assert rows_of_batch(found, tweet.text.split()[0]) == USERS
        for pair in found.follows ^ {pair for pair, held in follows.items() if held}:
            assert pair in doubtful_follows
        if stage == "HybridFeeds":  # queued what is stored, and nothing else
            assert {row[2] for row in pending if row[0] == "post"} <= found.tweets.keys()
        assert_equal_pages(system, found)
        after = system.post(0, "after")
        assert after.id > max(found.tweets)
        system.drain()
        assert_equal_pages(system, stored(system))


SHIM = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
long sync_calls, fail_from = -1, fail_until = -1;
static int failing(void) { long n = ++sync_calls; return fail_from >= 0 && n >= fail_from && n < fail_until; }
static int answer(long call, int fd) { if (failing()) { errno = EIO; return -1; } return syscall(call, fd); }
int fsync(int fd) { return answer(SYS_fsync, fd); }
int fdatasync(int fd) { return answer(SYS_fdatasync, fd); }
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that, loaded before the C library, lets as many fsync and fdatasync fail as its variables say."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("a failing fsync needs Linux and a C compiler (gcc or cc), and there is none here")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "shim.so", folder / "shim.c"], check=True)
    return folder / "shim.so"


SYNCING = """
    import ctypes, json, os, sys
    import twitterlab as tl
    from support.on_disk import USERS, open_system
    from support.graphs import ring

    stage, directory, ahead, length = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    library = ctypes.CDLL(os.environ["LD_PRELOAD"])
    system = open_system(stage, directory, ring(USERS))
    for number in range(4):
        print(json.dumps(["post", system.post(number, f"before {number}")]), flush=True)
    names = ("sync_calls", "fail_from", "fail_until")
    calls_so_far, first, last = (ctypes.c_long.in_dll(library, name) for name in names)
    assert calls_so_far.value > 0, "the shim is not in use"
    first.value, last.value = calls_so_far.value + ahead, calls_so_far.value + ahead + length
    calls = {
        "post": lambda n: [system.post(n % USERS, f"single {n}")],
        "post_many": lambda n: system.post_many([(a, f"many{n} {a}") for a in range(USERS)]),
        "follow": lambda n: system.follow(*edge(n)),
    }
    def edge(n):
        return n % USERS, (n + 3) % USERS

    for number, name in enumerate(["post_many", "post", "follow", "post_many", "post", "post_many"]):
        try:
            tweets = calls[name](number) or []
        except tl.StorageError:
            print(json.dumps(["failed", name, number, edge(number)]), flush=True)
        else:
            print(json.dumps(["returned", name, number, edge(number), tweets]), flush=True)
    for reader in range(USERS):
        try:
            system.feed(reader)
        except tl.StorageError:
            pass
    print(json.dumps(["closed"]), flush=True)
    sys.stdout.flush()
    os._exit(0)  # as a process does whose disk has gone
"""


@pytest.mark.parametrize(("stage", "ahead", "length"), FAILURES)
def test_a_disk_that_does_not_sync_is_a_storage_error_and_nothing_is_half_done(
    stage: str, ahead: int, length: int, shim: Path, tmp_path: Path
) -> None:
    lines = finish(child(SYNCING, stage, tmp_path / "home", ahead, length, LD_PRELOAD=str(shim)))
    assert lines[-1] == ["closed"]
    assert any(line[0] == "failed" for line in lines)
    check_after_failures(stage, tmp_path / "home", lines)
