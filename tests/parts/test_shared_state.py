"""What workers, writers and readers share is right wherever threads switch: a call is stopped at each of its steps."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.every_switch import every_switch

import twitterlab as tl
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.tops import Tops
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import PushPullPolicy, per_edge, pull
from twitterlab.parts.feeds.queue import Outbox
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.replicas import lag_of_replica, ship_entries
from twitterlab.work import Counters

STRIDE = 1 if CI else 7


def only(*functions: str) -> dict[str, tuple[str, ...]]:
    """Stop in these functions alone, where the rest is not gone through either."""
    return {"functions": () if CI else functions}


def by_user(*rules: Any) -> PushPullPolicy:
    """A policy that gives each of the first users a rule of their own."""
    return lambda author, followers: rules[author]


# Celebrities and who follows them


def made_tops() -> tuple[Tops, FollowCopy, AuthorRules]:
    """User 2 follows 0 and is about to follow 1; each of the two is about to become a celebrity."""
    follow_copy = FollowCopy(tl.FollowGraph.from_edges([2, 3], [0, 0], 4))
    follow_copy.add_follow(2, 3)  # so that the user's follows have changed before
    rules = AuthorRules(lambda author, followers: pull, 4)
    tops = Tops(follow_copy, rules, lambda author, n: np.zeros(0, np.uint64), Counters())
    tops.follow_changed(2)
    return tops, follow_copy, rules


def worker_follows(made: tuple[Tops, FollowCopy, AuthorRules]) -> None:
    tops, follow_copy, _ = made
    follow_copy.add_follow(2, 1)
    tops.follow_changed(2)


def reader_takes_in_celebrities(made: tuple[Tops, FollowCopy, AuthorRules]) -> None:
    tops, _, rules = made
    for author in (0, 1):
        rules.assign_rule(author, 3, 10)
    assert tops.take_in_rules()


@pytest.mark.parametrize("worker_is_stopped", [True, False])
def test_a_follow_that_meets_a_new_celebrity_loses_neither(worker_is_stopped: bool) -> None:
    calls = [worker_follows, reader_takes_in_celebrities]
    one, other = calls if worker_is_stopped else reversed(calls)
    stride = 1 if worker_is_stopped else STRIDE
    files = ("fast/tops.py", "feeds/follow_graph.py")
    for (tops, _, _), place in every_switch(made_tops, one, other, *files, stride=stride):
        numbers = tops.celebrities_of(2).tolist()
        assert sorted(tops._authors[number] for number in numbers) == [0, 1], place
        assert sorted(tops._pairs_of_readers(np.array([2], np.int32))[1].tolist()) == sorted(numbers), place


def test_a_celebrity_who_is_taken_in_in_the_middle_of_a_follow_stays_in_the_follower_s_feed() -> None:
    """The same through the calls of a stage, with the one switch at which a tweet was lost for good."""
    graph = tl.FollowGraph.from_edges([2, 3, 4], [0, 0, 0], 12)
    with tl.HybridFeeds(graph, None, tl.ManualClock(), shards=1, threshold=4) as system:
        old = system.post(0, "old, pushed")
        system.follow(9, 0)
        system.drain()
        inside, go_on, real = threading.Event(), threading.Event(), system.fanout.copy.followees

        def stopped(user: int) -> Any:
            found = real(user)
            if threading.current_thread() is worker:
                inside.set()
                assert go_on.wait(60)
            return found

        system.fanout.copy.followees = stopped  # type: ignore[method-assign]
        system.follow(2, 7)
        worker = threading.Thread(target=system.step)
        worker.start()
        assert inside.wait(60)
        new = system.post(0, "new, pulled")
        assert system.feed(3).tweets == [new, old]
        go_on.set()
        worker.join()
        system.drain()
        assert system.feed(2).tweets == system.feed_many([2]).page(0).tweets == [new, old]


# Tweets and rules


def test_a_picture_that_is_put_beside_tweets_without_any_is_shown() -> None:
    words, picture = tl.Tweet(1 << 22, 1, "words", None, 1), tl.Tweet(2 << 22, 2, "", "key", 2)

    def made() -> NewestTweets:
        newest = NewestTweets(8)
        newest.put([tl.Tweet(1, 3, "older", None, 0)])
        return newest

    for first, second in ((words, picture), (picture, words)):
        for newest, place in every_switch(
            made, lambda n, t=first: n.put([t]), lambda n, t=second: n.put([t]), "fast/newest.py", **only("put")
        ):
            assert newest.has_pictures, place
            assert newest.tweets_with([words.id, picture.id]) == {t.id: t for t in (words, picture)}, place


def test_a_rule_that_looks_at_the_reader_is_seen_whoever_changes_another_at_once() -> None:
    looks = per_edge([1.0] * 3, [1.0] * 3)(0, 0)

    def assign(author: int) -> Any:
        return lambda rules: rules.assign_rule(author, 5, 10)

    for first, second in ((0, 1), (1, 0)):
        for rules, place in every_switch(
            lambda: AuthorRules(by_user(pull, looks), 3), assign(first), assign(second), "feeds/rules.py"
        ):
            assert not rules.only_push_and_pull, place
            assert sorted(rules.changed_authors) == [0, 1], place


# A database and its consumers


def made_log() -> Database:
    database = Database(log="outbox")
    with database.transaction() as tx:
        tx.execute("INSERT INTO offsets VALUES ('fanout', 0)")
    database.commit([Change(0, "follow", user, 9) for user in range(3)])
    database.owe_offset("fanout", 1)
    return database


def test_what_is_owed_while_older_offsets_are_paid_is_still_owed() -> None:
    for database, place in every_switch(
        made_log,
        lambda d: d.pay_offsets(),
        lambda d: d.owe_offset("fanout", 2),
        "store/database.py",
        **only("_forget_paid"),
    ):
        database.pay_offsets()
        assert database.peek("SELECT position FROM offsets") == [(2,)], place
        database.close()


def test_requests_that_meet_are_all_counted() -> None:
    def ask(database: Database) -> None:
        database.followees(1)

    for database, place in every_switch(made_log, ask, ask, "store/database.py", **only("_count_request")):
        assert database.requests == 2 + 2, place  # what `made_log` wrote, and the two
        database.close()


def test_a_lag_is_never_below_zero_while_messages_come_and_go() -> None:
    def more(outbox: Outbox) -> None:
        outbox.database.commit([Change(0, "follow", 5, 9)])
        outbox.acknowledge(outbox.database.position)

    lags: list[tl.Lag] = []
    for outbox, place in every_switch(
        lambda: Outbox("outbox", made_log(), lazy=True),
        lambda o: lags.append(o.lag(0)),
        more,
        "feeds/queue.py",
        stride=STRIDE,
    ):
        assert lags[-1].positions >= 0, place
        outbox.database.close()


def test_a_replica_s_lag_is_never_below_zero_while_it_is_shipped_to() -> None:
    def made() -> tuple[Database, Database]:
        leader, replica = Database(log="full"), Database(log="full")
        leader.commit([Change(0, "follow", 1, 9)])
        return leader, replica

    def more(nodes: tuple[Database, Database]) -> None:
        nodes[0].commit([Change(0, "follow", 5, 9)])
        ship_entries(*nodes, 10)

    lags: list[tl.Lag] = []
    for nodes, place in every_switch(
        made, lambda n: lags.append(lag_of_replica("replica", *n, 0)), more, "store/replicas.py", stride=STRIDE
    ):
        assert lags[-1].positions >= 0, place
        for node in nodes:
            node.close()


# What a reader was shown


def test_what_a_reader_was_shown_by_a_node_does_not_step_back() -> None:
    graph = tl.FollowGraph.from_edges([0], [1], 3)
    with tl.ReadReplicas(graph, None, tl.ManualClock(), replicas=1) as system:
        system.post_many([(1, "text")] * 9)

        def forget() -> tl.ReadReplicas:
            system._shown_positions[:] = 0
            return system

        for first, second in ((9, 4), (4, 9)):
            for _, place in every_switch(
                forget,
                lambda s, p=first: s._note_shown(s._shown_positions[0, :1], p),
                lambda s, p=second: s._note_shown(s._shown_positions[0, :1], p),
                "read_replicas.py",
            ):
                assert system._shown_positions[0, 0] == 9, place


def test_a_reader_whom_the_shards_served_is_not_shown_less_by_another_call_at_once() -> None:
    graph = tl.FollowGraph.from_edges([0], [1], 3)
    with tl.PrecomputedFeeds(graph, None, tl.ManualClock(), shards=1) as system:
        system.feed(0)

        def shown_ahead() -> tl.PrecomputedFeeds:
            system.drain()
            system.post(1, "not delivered yet")
            assert system.feed(0, at_least=system.position).tweets
            return system

        newest: dict[str, int] = {}

        def read(system: tl.PrecomputedFeeds) -> None:
            newest[threading.current_thread().name] = system.feed(0).tweets[0].id

        for _, place in every_switch(shown_ahead, read, read, "stages/fanned_out.py", stride=STRIDE):
            assert newest == dict.fromkeys(("first", "second"), system._ids.last), place
