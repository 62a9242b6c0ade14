"""What a system in a directory keeps through kills, failing disks and closing, and what it refuses to open."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from support.killed import SETTINGS, USERS, open_system
from support.plain import CI, Plain, assert_equal_pages, ring, scroll, stored

import twitterlab as tl
from authoring.verify import ROOT

KILLS = 50 if CI else 10
KILLED = ("SingleTable", "UserShards", "PrecomputedFeeds", "HybridFeeds")
ROUNDS = {stage: KILLS // 4 + (number < KILLS % 4) for number, stage in enumerate(KILLED)}
PATIENCE = 60  # seconds after which a child process counts as hung


def child(source: str, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    """Another Python process, which runs `source` and can import the helpers of these tests."""
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> list[Any]:
    """What a child printed, a JSON value a line; it must end well."""
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    return [json.loads(line) for line in out.splitlines()]


# Kills


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
                assert scroll(system, reader) == expected.feed(reader)


def test_a_kill_at_any_step_of_creation_leaves_an_absent_system_or_a_whole_one(tmp_path: Path) -> None:
    source = """
        import os, sys
        from pathlib import Path
        from support import killed
        from support.plain import ring
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

        home.sync, home.write_durably = dying(home.sync), dying(home.write_durably)
        Path.rename, Path.mkdir = dying(Path.rename), dying(Path.mkdir)
        for name in ("__init__", "load", "checkpoint", "close"):
            setattr(Database, name, dying(getattr(Database, name)))
        for steps in range(1, 1000):
            pid = os.fork()  # before any database is open
            if not pid:
                left[0] = steps
                killed.open_system("UserShards", f"{sys.argv[1]}/{steps}", ring(12), shards=2)
                os._exit(0)
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            if not status:
                break
    """
    codes = finish(child(source, tmp_path))
    assert codes == [9] * (len(codes) - 1) + [0]
    assert len(codes) > 15  # it did die at many steps
    whole = Plain(ring(USERS))
    outcomes = set()
    for steps in range(1, len(codes) + 1):
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


# Opening and closing


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A directory in which a UserShards of two shards was made and closed."""
    directory = tmp_path / "made"
    open_system("UserShards", str(directory), ring(USERS), shards=2).close()
    return directory


def test_a_directory_that_another_process_holds_is_refused_until_it_lets_go(made: Path) -> None:
    source = """
        import sys
        from support import killed
        with killed.open_system("UserShards", sys.argv[1], shards=2):
            print("true", flush=True)
            sys.stdin.readline()
    """
    process = child(source, made)
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "true\n"
    with pytest.raises(tl.StorageError, match="held by another process"):
        tl.UserShards(None, made)
    assert process.communicate("\n", timeout=PATIENCE)[0] == ""
    tl.UserShards(None, made).close()


def test_a_directory_opened_twice_in_one_process_is_refused(made: Path) -> None:
    with tl.UserShards(None, made) as system:
        with pytest.raises(tl.StorageError, match="held"):
            tl.UserShards(None, made)
        system.post(1, "still open")


def test_another_stage_graph_or_shard_count_is_refused_and_the_lock_is_given_back(made: Path) -> None:
    for attempt, word in [
        (lambda: tl.TweetCache(None, made), "stage"),
        (lambda: tl.SingleTable(None, made), "stage"),
        (lambda: tl.UserShards(ring(USERS, (1,)), made), "graph"),
        (lambda: tl.UserShards(ring(USERS + 1), made), "graph"),
        (lambda: tl.UserShards(None, made, shards=3), "shards"),
        (lambda: tl.UserShards(None, made, shard_by="tweet"), "shard_by"),
        (lambda: tl.UserShards(None, made, shard_of=lambda user, count: 0), "shard_of"),
    ]:
        with pytest.raises(tl.StorageError, match=word):
            attempt()
        tl.UserShards(ring(USERS), made, shards=2).close()  # the same graph and number may be given again


def test_foreign_files_in_the_directory_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(tl.StorageError, match=r"thesis\.txt"):
        tl.SingleTable(ring(USERS), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "a file").write_text("no directory")
    with pytest.raises(tl.StorageError):
        tl.SingleTable(ring(USERS), tmp_path / "a file")


FACTS = ["", "{", "[]", "[1]", "null", "17", '"text"', "{}", '{"stage": "UserShards"}', "\x00", "[[", '{"users": 12}']


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize("graph", [None, ring(USERS)], ids=["no graph", "graph"])
def test_unreadable_facts_are_a_storage_error_and_give_the_lock_back(
    facts: str, graph: tl.FollowGraph | None, made: Path
) -> None:
    file = made / "system" / "facts.json"
    whole = file.read_text()
    file.write_text(facts)
    with pytest.raises(tl.StorageError):
        tl.UserShards(graph, made)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(tl.StorageError):
        tl.UserShards(graph, made)
    file.write_text(whole)
    tl.UserShards(None, made).close()


def test_facts_that_lack_any_one_entry_are_a_storage_error(made: Path) -> None:
    file = made / "system" / "facts.json"
    facts = json.loads(file.read_text())
    for name in facts:
        file.write_text(json.dumps({key: value for key, value in facts.items() if key != name}))
        with pytest.raises(tl.StorageError):
            tl.UserShards(None, made)
    file.write_text(json.dumps(facts))
    tl.UserShards(None, made).close()


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_a_missing_or_damaged_database_is_a_storage_error(stage: type, tmp_path: Path) -> None:
    name = stage.__name__
    with open_system(name, str(tmp_path), ring(USERS)) as system:
        system.post(1, "stored")
    for file in sorted((tmp_path / "system").glob("*.duckdb")):
        whole = file.read_bytes()
        file.unlink()
        with pytest.raises(tl.StorageError):
            open_system(name, str(tmp_path))
        assert not file.exists()  # and nothing empty stands in its place
        file.write_bytes(b"no database" * 1000)
        with pytest.raises(tl.StorageError):
            open_system(name, str(tmp_path))
        file.write_bytes(whole)
    with open_system(name, str(tmp_path)) as system:
        system.drain()
        assert [tweet.text for tweet in system.feed(0).tweets] == ["stored"]


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_a_closed_system_refuses_calls_closes_again_and_opens_as_it_was(stage: type, tmp_path: Path) -> None:
    system = open_system(stage.__name__, str(tmp_path), ring(USERS))
    first = system.post(1, "first", key="one")
    system.follow(0, 7)
    system.post(7, "second")
    system.unfollow(0, 2)
    system.delete(7, system.post(7, "third").id)
    expected = stored(system)
    system.close()
    system.close()
    for call in (
        lambda: system.post(1, "late"),
        lambda: system.post_many([(1, "late")]),
        lambda: system.delete(1, first.id),
        lambda: system.follow(1, 5),
        lambda: system.feed(0),
        lambda: system.tweet(1, first.id),
        system.step,
        system.drain,
    ):
        with pytest.raises(tl.SystemClosed):
            call()
    with open_system(stage.__name__, str(tmp_path)) as again:
        again.drain()
        assert_equal_pages(again, expected)
        assert again.post(1, "anything", key="one") == first


# Keys


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_a_key_belongs_to_its_author_and_survives_delete_and_reopening(stage: type, tmp_path: Path) -> None:
    with open_system(stage.__name__, str(tmp_path), ring(USERS)) as system:
        first = system.post(1, "mine", key="key")
        other = system.post(2, "theirs", key="key")
        assert other.id != first.id
        assert system.post(1, "again", key="key") == first
        system.delete(1, first.id)
        assert system.post(1, "again", key="key") == first
    with open_system(stage.__name__, str(tmp_path)) as system:
        system.drain()
        assert system.post(1, "once more", key="key") == first
        assert system.post(2, "once more", key="key") == other
        assert system.post(3, "a third", key="key").id > other.id
        assert {tweet.author for tweet in stored(system).tweets.values()} == {2, 3}  # the deleted one stays deleted


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_threads_that_race_on_one_key_get_one_tweet(stage: type) -> None:
    settings = SETTINGS[stage.__name__]
    with stage(ring(USERS), clock=tl.ManualClock(), **settings) as system, ThreadPoolExecutor(4) as pool:
        for number in range(15):
            barrier = threading.Barrier(4)

            def post(text: str, barrier: threading.Barrier = barrier, key: str = f"key {number}") -> tl.Tweet:
                barrier.wait(PATIENCE)
                return system.post(5, text, key=key)

            assert len(set(pool.map(post, "abcd"))) == 1
        assert len(stored(system).tweets) == 15


# A failing disk


def batch_of(tag: str) -> list[tuple[int, str]]:
    """A batch for all shards."""
    return [(author, f"{tag} {author}") for author in range(USERS)]


def whole_batches(model: Plain, tag: str) -> int:
    """How many rows of a batch are stored, of which there must be all or none."""
    return sum(tweet.text.startswith(f"{tag} ") for tweet in model.tweets.values())


LIMITED = """
    import json, resource, signal, sys
    import twitterlab as tl
    from support import killed
    from support.plain import ring

    stage, directory, extra = sys.argv[1], sys.argv[2], int(sys.argv[3])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    system = killed.open_system(stage, directory, ring(killed.USERS))
    for number in range(5):
        print(json.dumps(["post", system.post(number, f"before {number}")]), flush=True)
    size = max(path.stat().st_size for path in (system._home.path / "system").glob("*.wal"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + extra, hard))
    calls = {
        "post": lambda n: [system.post(n % killed.USERS, f"single {n}")],
        "post_many": lambda n: system.post_many([(a, f"many{n} {a}") for a in range(killed.USERS)]),
        "follow": lambda n: system.follow(*edge(n)),
        "unfollow": lambda n: system.unfollow(*edge(n)),
    }
    def edge(n):
        return n % killed.USERS, (n + 3) % killed.USERS

    edges = {"follow", "unfollow"}
    failed = set()
    for number in range(2000):
        change = "follow" if number // killed.USERS % 2 == 0 else "unfollow"
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
    for reader in range(killed.USERS):  # reading may fail, but never with another error
        try:
            system.feed(reader)
        except tl.StorageError:
            pass
    system.close()
    print(json.dumps(["closed"]), flush=True)
"""


@pytest.mark.parametrize("extra", [1, 50, 333, 1_000, 3_000, 20_000] if CI else [50, 2_000])
@pytest.mark.parametrize("stage", ["ReadReplicas", "UserShards", "HybridFeeds"])
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
        pending = {row for db in system.tables.databases for row in db.peek('SELECT kind, "user", other FROM log')}
        system.drain()
        found = stored(system)
        assert {tweet_id: found.tweets.get(tweet_id) for tweet_id in returned} == returned
        new = [tweet for tweet_id, tweet in found.tweets.items() if tweet_id not in returned]
        for tweet in new:
            assert tweet.text in doubtful_tweets or tweet.text.split()[0] in doubtful_tweets
            if tweet.text.startswith("many"):
                assert whole_batches(found, tweet.text.split()[0]) == USERS
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
    from support import killed
    from support.plain import ring

    stage, directory, ahead, length = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    library = ctypes.CDLL(os.environ["LD_PRELOAD"])
    system = killed.open_system(stage, directory, ring(killed.USERS))
    for number in range(4):
        print(json.dumps(["post", system.post(number, f"before {number}")]), flush=True)
    names = ("sync_calls", "fail_from", "fail_until")
    calls_so_far, first, last = (ctypes.c_long.in_dll(library, name) for name in names)
    assert calls_so_far.value > 0, "the shim is not in use"
    first.value, last.value = calls_so_far.value + ahead, calls_so_far.value + ahead + length
    calls = {
        "post": lambda n: [system.post(n % killed.USERS, f"single {n}")],
        "post_many": lambda n: system.post_many([(a, f"many{n} {a}") for a in range(killed.USERS)]),
        "follow": lambda n: system.follow(*edge(n)),
    }
    def edge(n):
        return n % killed.USERS, (n + 3) % killed.USERS

    for number, name in enumerate(["post_many", "post", "follow", "post_many", "post", "post_many"]):
        try:
            tweets = calls[name](number) or []
        except tl.StorageError:
            print(json.dumps(["failed", name, number, edge(number)]), flush=True)
        else:
            print(json.dumps(["returned", name, number, edge(number), tweets]), flush=True)
    for reader in range(killed.USERS):
        try:
            system.feed(reader)
        except tl.StorageError:
            pass
    print(json.dumps(["closed"]), flush=True)
    sys.stdout.flush()
    os._exit(0)  # as a process does whose disk has gone
"""


@pytest.mark.parametrize("length", [1, 1000], ids=["once", "for ever"])
@pytest.mark.parametrize("ahead", [1, 2, 3, 4, 5, 7] if CI else [1, 3])
@pytest.mark.parametrize("stage", ["UserShards", "HybridFeeds"])
def test_a_disk_that_does_not_sync_is_a_storage_error_and_nothing_is_half_done(
    stage: str, ahead: int, length: int, shim: Path, tmp_path: Path
) -> None:
    lines = finish(child(SYNCING, stage, tmp_path / "home", ahead, length, LD_PRELOAD=str(shim)))
    assert lines[-1] == ["closed"]
    assert any(line[0] == "failed" for line in lines)
    check_after_failures(stage, tmp_path / "home", lines)


class FailingCommits:
    """A connection whose commits fail from the one numbered `at` on, `times` times; all else goes through.

    A `late` failure comes after the commit was stored, as when only its sync fails.
    """

    def __init__(self, connection: Any, counter: list[int], at: int, times: int, late: bool) -> None:
        self._connection, self._counter, self._failing = connection, counter, range(at, at + times)
        self._late = late

    def commit(self) -> None:
        self._counter[0] += 1
        if self._counter[0] in self._failing:
            if self._late:
                self._connection.commit()
            raise duckdb.IOException("IO Error: the disk is gone")
        self._connection.commit()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextmanager
def failing_commits(system: Any, at: int, times: int = 1, late: bool = False) -> Iterator[None]:
    """Commits of this system, counted from 1 on, fail meanwhile."""
    databases, counter = list(system.tables.databases), [0]
    real = [database._writer for database in databases]
    for database in databases:
        database._writer = FailingCommits(database._writer, counter, at, times, late)
    try:
        yield
        assert counter[0] >= at, "nothing failed"
    finally:
        for database, writer in zip(databases, real, strict=True):
            database._writer = writer


@pytest.mark.parametrize("times", [1, 100], ids=["once", "for ever"])
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("stage", ["UserShards", "TweetCache", "PrecomputedFeeds", "HybridFeeds"])
def test_a_batch_that_fails_on_one_shard_is_stored_on_none(stage: str, at: int, times: int, tmp_path: Path) -> None:
    with open_system(stage, str(tmp_path), ring(USERS)) as system:
        expected = Plain(ring(USERS))
        expected.post(*system.post_many(batch_of("first")))
        with failing_commits(system, at, times), pytest.raises(tl.StorageError, match="the disk is gone"):
            system.post_many(batch_of("lost"))
        if times == 1:  # else what was prepared is undone at the next opening
            system.drain()
            assert stored(system).tweets == expected.tweets
            assert_equal_pages(system, expected)
            expected.post(*system.post_many(batch_of("second")))
            expected.post(system.post(3, "more"))
            system.drain()
            assert_equal_pages(system, expected)
    with open_system(stage, str(tmp_path)) as system:
        system.drain()
        assert stored(system).tweets == expected.tweets
        expected.post(*system.post_many(batch_of("third")))
        system.drain()
        assert_equal_pages(system, expected)


@pytest.mark.parametrize("stage", ["UserShards", "HybridFeeds"])
def test_a_batch_whose_decision_was_stored_is_whole_though_its_commit_failed(stage: str, tmp_path: Path) -> None:
    system = open_system(stage, str(tmp_path), ring(USERS))
    with failing_commits(system, 3, late=True), pytest.raises(tl.StorageError, match="the disk is gone"):
        system.post_many(batch_of("in doubt"))
    system.close()
    with open_system(stage, str(tmp_path)) as system:
        system.drain()
        assert whole_batches(stored(system), "in doubt") == USERS
        assert_equal_pages(system, stored(system))


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_a_write_that_fails_changes_nothing_before_and_after_reopening(stage: type, tmp_path: Path) -> None:
    name = stage.__name__
    with open_system(name, str(tmp_path), ring(USERS)) as system:
        expected = Plain(ring(USERS))
        expected.post(*system.post_many(batch_of("first")))
        doomed = system.post(2, "to be deleted, in vain")
        expected.post(doomed)
        position, tombstones = system.position, set(system.deleted)
        for call in (
            lambda: system.post(1, "lost"),
            lambda: system.post(1, "lost", key="key"),
            lambda: system.follow(0, 7),
            lambda: system.unfollow(0, 2),
            lambda: system.delete(2, doomed.id),
        ):
            with failing_commits(system, 1), pytest.raises(tl.StorageError, match="the disk is gone"):
                call()
            assert (system.position, system.deleted) == (position, tombstones)
            assert stored(system).tweets == expected.tweets
            assert stored(system).follows == expected.follows
        system.drain()
        assert_equal_pages(system, expected)
        assert system.tweet(2, doomed.id) == doomed
    with open_system(name, str(tmp_path)) as system:
        system.drain()
        assert_equal_pages(system, expected)
        assert system.deleted == set()
        tweet = system.post(1, "not lost", key="key")
        assert tweet.text == "not lost"


def test_a_kill_while_an_opening_settles_batches_loses_none(tmp_path: Path) -> None:
    with open_system("UserShards", str(tmp_path / "0"), ring(USERS)) as system:
        system.post_many(batch_of("many"))
        system.post_many(list(reversed(batch_of("other"))))
    source = """
        import os, shutil, sys
        from support import killed
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
                killed.open_system("UserShards", f"{sys.argv[1]}/{steps}").close()
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
            assert (whole_batches(found, "many"), whole_batches(found, "other")) == (USERS, USERS)


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda stage: stage.__name__)
def test_media_that_cannot_be_stored_is_a_storage_error_and_no_tweet(
    stage: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_system(stage.__name__, str(tmp_path), ring(USERS)) as system:
        shutil.rmtree(tmp_path / "media")
        (tmp_path / "media").write_text("no directory any more")
        with pytest.raises(tl.StorageError, match="media store"):
            system.post(1, "a picture", b"bytes", key="key")
        system.drain()
        assert stored(system).tweets == {}
        assert system.feed(0).tweets == []
        (tmp_path / "media").unlink()
        (tmp_path / "media").mkdir()
        tweet = system.post(1, "a picture", b"bytes", key="key")
        system.drain()
        assert system.feed(0).tweets == [tweet]
        assert system.media(tweet.media) == b"bytes"
