"""A directory belongs to one system in one process at a time; what is foreign, damaged or another system is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.graphs import ring
from support.on_disk import USERS, open_system
from support.plain import assert_equal_pages, stored
from support.processes import PATIENCE, child
from support.systems import EVERY_STAGE

import twitterlab as tl


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A directory in which a UserShards of two shards was made and closed."""
    directory = tmp_path / "made"
    open_system("UserShards", str(directory), ring(USERS), shards=2).close()
    return directory


def test_a_directory_that_another_process_holds_is_refused_until_it_lets_go(made: Path) -> None:
    source = """
        import sys
        from support.on_disk import USERS, open_system
        with open_system("UserShards", sys.argv[1], shards=2):
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


FACTS = [
    b"",
    b"{",
    b"[]",
    b"[1]",
    b"null",
    b"17",
    b'"text"',
    b"{}",
    b'{"stage": "UserShards"}',
    b"\x00",
    b"[[",
    b'{"users": 12}',
]
FACTS += [b"\xff\xfe"]


@pytest.mark.parametrize("graph", [None, ring(USERS)], ids=["no graph", "graph"])
def test_unreadable_facts_are_a_storage_error_and_give_the_lock_back(graph: tl.FollowGraph | None, made: Path) -> None:
    file = made / "system" / "facts.json"
    whole = file.read_bytes()
    for facts in FACTS:
        file.write_bytes(facts)
        with pytest.raises(tl.StorageError) as refused:
            tl.UserShards(graph, made)
        assert "held" not in str(refused.value), facts
    file.write_bytes(whole)
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


@EVERY_STAGE
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


@EVERY_STAGE
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
