"""Nothing grows while nothing should: rows of every table, files, connections, and what a page costs."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from support.depth import CI
from support.switches import ended, started

import twitterlab as tl
from twitterlab.parts.store.database import Database

USERS = 12
GRAPH = tl.FollowGraph.from_edges(
    [u for u in range(USERS) for _ in (1, 2)], [(u + d) % USERS for u in range(USERS) for d in (1, 2)], USERS
)
ROUNDS = 60 if CI else 2
EACH = [(user, "the same each round") for user in range(USERS)]


def rows_of(system: Any) -> dict[str, int]:
    """The rows of every table, all shards together, those of tweets and follows left out."""
    found: dict[str, int] = {}
    for database in system.tables.databases:
        for (table,) in database.peek("SELECT table_name FROM duckdb_tables() WHERE NOT internal"):
            ((rows,),) = database.peek(f"SELECT count(*) FROM {table}")
            found[table] = found.get(table, 0) + rows
    return {table: rows for table, rows in found.items() if table not in ("tweets", "follows")}


def one_round(system: Any) -> None:
    """Post in batches, delete all of it, follow and unfollow, read by threads that end; nothing is left of it."""
    tweets = [tweet for _ in range(5) for tweet in system.post_many(EACH)]
    system.follow(0, 5)
    system.drain()
    ended(started(lambda: [system.feed(user) for user in range(USERS)]))
    for tweet in tweets:
        system.delete(tweet.author, tweet.id)
    system.unfollow(0, 5)
    system.drain()


@pytest.mark.parametrize("stage", [tl.UserShards, tl.HybridFeeds])
def test_rounds_that_leave_nothing_leave_tables_files_connections_and_memory_as_they_were(
    stage: type, tmp_path: Path
) -> None:
    more = {"threshold": 10} if stage is tl.HybridFeeds else {}
    with stage(GRAPH, tmp_path / "system", clock=tl.ManualClock(), shards=3, **more) as system:
        for _ in range(3):
            one_round(system)
        before, files, memory = rows_of(system), files_of(tmp_path), resident()
        for _ in range(ROUNDS):
            one_round(system)
        gc.collect()
        assert all(rows <= before[table] + 1100 * (table == "log") for table, rows in rows_of(system).items())
        assert files_of(tmp_path) == files
        assert max(len(database._cursors) for database in system.tables.databases) <= 2
        assert resident() - memory < 150_000_000


def files_of(folder: Path) -> set[str]:
    """The names of all files below a folder, the write-ahead logs apart, which come and go."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".wal"}


def resident() -> int:
    """Bytes of this process in memory."""
    return int(psutil.Process().memory_info().rss)


def test_the_notes_of_batches_are_those_of_the_last_ones_alone() -> None:
    with tl.UserShards(GRAPH, clock=tl.ManualClock(), shards=3) as system:
        for _ in range(30):
            system.post_many(EACH)
        rows = rows_of(system)
        assert 0 < rows["prepared"] <= USERS
        assert rows["decided"] <= 3


def test_what_a_refused_batch_cannot_take_back_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with tl.UserShards(GRAPH, clock=tl.ManualClock(), shards=3) as system:
        monkeypatch.setattr(Database, "undo_batch", out_of_memory)
        apply = Database.apply

        def apply_all_but_the_last(database: Database, changes: Any, also: Any = None) -> None:
            if database is last:
                raise MemoryError
            apply(database, changes, also)

        homes = [system.tables.shard_number(user) for user in range(USERS)]
        last = system.tables.databases[homes[max(user for user in range(USERS) if homes[user] == max(homes))]]
        monkeypatch.setattr(Database, "apply", apply_all_but_the_last)
        with pytest.raises(tl.StorageError, match="not enough memory"):
            system.post_many(sorted(EACH, key=lambda row: homes[row[0]]))
        monkeypatch.undo()
        assert [system.tweets_of(user).tweets for user in range(USERS)] == [[]] * USERS
        system.post_many(EACH)
        assert [len(system.tweets_of(user).tweets) for user in range(USERS)] == [1] * USERS


def out_of_memory(*_: object) -> None:
    raise MemoryError


def test_parts_of_pictures_that_a_kill_left_are_gone_after_the_next_opening(tmp_path: Path) -> None:
    with tl.SingleTable(GRAPH, tmp_path) as system:
        picture = system.post(0, media=b"a picture").media
    (tmp_path / "media" / f"{picture}.0123456789abcdef.part").write_bytes(b"a pic")
    with tl.SingleTable(None, tmp_path) as system:
        assert system.media(picture) == b"a picture"
    assert [path.name for path in (tmp_path / "media").iterdir()] == [picture]


def test_an_author_who_crosses_again_and_again_does_not_make_pages_dear() -> None:
    """Each different rule is asked once for a page, however many changes of rule an author has behind them."""
    with tl.HybridFeeds(GRAPH, clock=tl.ManualClock(), shards=1, threshold=3, fast_paths=False) as system:
        for crossing in range(40):
            (system.follow if crossing % 2 == 0 else system.unfollow)(5, 1)
            system.drain()
            system.post(1, f"tweet {crossing}")
        system.drain()
        rules = system.fanout.rules
        assert len(rules.rules_of(1)) >= 40
        pulls_by_rule = rules._pulls_by_rule(1, 0)
        assert len(pulls_by_rule) == 2
        texts, before = [], None
        while True:
            page = system.feed(0, 7, before)
            texts += [tweet.text for tweet in page.tweets]
            if (before := page.next) is None:
                break
        assert texts == [f"tweet {n}" for n in range(39, -1, -1)]
