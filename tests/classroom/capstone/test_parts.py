"""The capstone's timeline: where each part works in it, what it promises, and how it is loaded."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest

import twitterlab as tl
from twitterlab.classroom.capstone.blame import all_ours
from twitterlab.classroom.capstone.history import draw_history
from twitterlab.classroom.capstone.network import Network
from twitterlab.classroom.capstone.parts import NAMES, Parts, assemble_parts
from twitterlab.classroom.capstone.replay import Replay
from twitterlab.classroom.capstone.rules import FollowRules
from twitterlab.classroom.capstone.shard import Node, Shard, duckdb_engine
from twitterlab.classroom.capstone.timeline import Timeline
from twitterlab.classroom.course import my_parts
from twitterlab.parts.store.changes import Change

PARTS = all_ours()
EDGES = [(0, 1), (0, 2), (1, 2), (2, 1), (3, 1)]


def graph(users=5):
    return tl.FollowGraph.from_edges([a for a, _ in EDGES], [b for _, b in EDGES], users)


@pytest.fixture
def system():
    with Timeline(graph(), PARTS, tl.ManualClock(), feed_length=3, cache_tweets=5) as made:
        yield made


def texts(page):
    return [tweet.text for tweet in page.tweets]


class TestLoading:
    def saved(self, folder, **sources):
        for name, source in sources.items():
            my_parts.save_part(folder, name, "0.0", source)
        return assemble_parts(folder)

    def test_nothing_saved_is_all_ours(self, tmp_path):
        for loaded in (assemble_parts(None), assemble_parts(tmp_path)):
            assert set(loaded.whose.values()) == {"ours"}
            assert list(loaded.whose) == list(NAMES)
            assert not loaded.failed

    def test_theirs_stands_beside_ours_in_the_gaps(self, tmp_path):
        loaded = self.saved(
            tmp_path, push_edge="def push_edge(*all):\n    return 'theirs'\n", feed_sql="feed_sql = 'mine'"
        )
        assert loaded.parts.push_edge() == "theirs"
        assert loaded.parts.feed_sql == "mine"
        assert {name for name, whose in loaded.whose.items() if whose == "yours"} == {"push_edge", "feed_sql"}

    def test_each_runs_by_itself(self, tmp_path):
        loaded = self.saved(
            tmp_path, shard_of="SIZE = 3\ndef shard_of(user, shards):\n    return SIZE", hydrate="hydrate = SIZE"
        )
        assert loaded.parts.shard_of(1, 2) == 3
        assert loaded.whose["hydrate"] == "ours"
        assert "hydrate" in loaded.failed

    @pytest.mark.parametrize(
        ("source", "says"),
        [
            (
                "def deliver(:\n    pass",
                "Your deliver could not be loaded, so ours stands in its place: SyntaxError in line 1",
            ),
            ("x = 1\n1 / 0", "ZeroDivisionError in line 2, division by zero."),
            ("def delivered():\n    pass", "the file defines no deliver."),
            ("raise SystemExit", "SystemExit in line 1."),
        ],
        ids=["syntax", "raises", "other name", "leaves"],
    )
    def test_what_does_not_load_is_told_by_name_and_is_ours(self, tmp_path, source, says):
        loaded = self.saved(tmp_path, deliver=source)
        assert says in loaded.failed["deliver"]
        assert list(loaded.failed) == ["deliver"]
        assert loaded.whose["deliver"] == "ours"
        assert loaded.parts.deliver(1, [2], {2}, feeds := {}, 3) == 1
        assert feeds == {2: [1]}

    def test_a_saved_copy_of_ours_is_ours(self, tmp_path):
        my_parts.save_part(tmp_path, "deliver", "6.1", my_parts.our_source("deliver"), ours=True)
        assert assemble_parts(tmp_path).whose["deliver"] == "ours"


class TestThePlaces:
    def test_of_the_parts_are_the_exercises_but_for_the_one_that_is_three_numbers(self):
        from twitterlab.classroom.check.exercise import exercise_names

        assert sorted(NAMES) == sorted(set(exercise_names()) - {"rows_read"})

    def test_every_function_is_called_in_a_history(self):
        called = Counter()

        def noted(name, part):
            def call(*arguments):
                called[name] += 1
                return part(*arguments)

            return call

        functions = {f.name: getattr(PARTS, f.name) for f in fields(Parts) if callable(getattr(PARTS, f.name))}
        parts = replace(PARTS, **{name: noted(name, part) for name, part in functions.items()})
        for number in range(3):
            Replay(draw_history(1, number)).run(parts)
        assert set(called) == set(NAMES) - {"feed_sql", "layout"}


class TestTheContract:
    def test_a_page_is_full_and_its_cursor_goes_on(self, system):
        for number in range(7):
            system.post(1 + number % 2, f"t{number}")
        system.drain()
        first = system.feed(0, 3)
        assert texts(first) == ["t6", "t5", "t4"]
        second = system.feed(0, 3, first.next)
        assert texts(second) == ["t3", "t2", "t1"]
        last = system.feed(0, 3, second.next)
        assert (texts(last), last.next) == (["t0"], None)

    def test_a_delete_shows_at_once(self, system):
        tweet = system.post(1, "gone")
        system.drain()
        system.feed(0)
        system.delete(1, tweet.id)
        assert texts(system.feed(0)) == []
        system.drain()
        assert texts(system.feed(0)) == []
        assert not system.store.deleted

    def test_what_was_asked_for_at_least_is_there_before_any_work(self, system):
        system.post(1, "now")
        assert texts(system.feed(0)) == []
        assert texts(system.feed(0, at_least=system.position)) == ["now"]

    def test_a_follow_and_an_unfollow_show_after_the_work(self, system):
        system.post(1, "hello")
        system.drain()
        system.follow(4, 1)
        system.unfollow(0, 1)
        system.drain()
        assert texts(system.feed(4)) == ["hello"]
        assert texts(system.feed(0)) == []

    def test_once_more_changes_nothing(self, system):
        before = system.position
        system.follow(0, 1)
        system.unfollow(4, 1)
        assert system.position == before

    def test_who_read_nothing_in_a_period_is_cold_and_made_ready_again(self, system):
        system.post(1, "old")
        system.drain()
        system.review()
        system.post(1, "new")
        system.drain()
        assert 0 not in system.feeds.active
        assert texts(system.feed(0)) == ["new", "old"]
        before = system.work
        system.drain()
        assert (system.work - before).rebuilds == 1
        before = system.work
        assert texts(system.feed(0)) == ["new", "old"]
        assert (system.work - before).shard_requests == 1  # for author 1 alone, who is pulled since the review

    def test_an_author_whose_tweets_cost_more_than_their_readers_views_is_pulled(self, system):
        system.feed(0)
        for number in range(3):
            system.post(1, f"t{number}")
        system.drain()
        system.review()
        before = system.work
        system.post(1, "t3")
        system.drain()
        assert (system.work - before).deliveries == 0
        assert texts(system.feed(0)) == ["t3", "t2", "t1", "t0"]

    @pytest.mark.parametrize(
        ("call", "error"),
        [
            (lambda s: s.post(5, "x"), tl.UnknownUser),
            (lambda s: s.post(0), tl.InvalidTweet),
            (lambda s: s.post(0, "x" * 281), tl.InvalidTweet),
            (lambda s: s.delete(0, 7), tl.UnknownTweet),
            (lambda s: s.delete(0, s.post(1, "x").id), tl.NotTheAuthor),
            (lambda s: s.follow(0, 0), tl.InvalidFollow),
            (lambda s: s.feed(0, 201), tl.InvalidLimit),
            (lambda s: s.feed(0, before=0), tl.InvalidCursor),
            (lambda s: (s.close(), s.close(), s.feed(0)), tl.SystemClosed),
        ],
    )
    def test_errors_are_the_contracts(self, system, call, error):
        with pytest.raises(error):
            call(system)

    def test_no_database_is_left_behind(self):
        def databases():
            return len(duckdb_engine().execute("SHOW DATABASES").fetchall())

        before = databases()
        with Timeline(graph(), PARTS):
            assert databases() == before + 4
        with pytest.raises(tl.StorageError, match="statement 2 of layout"):
            Timeline(graph(), replace(PARTS, layout=[*PARTS.layout[:1], "no SQL"]))
        with pytest.raises(tl.StorageError, match=r"shard_of\(0, 2\) gave 2"):
            Timeline(graph(), replace(PARTS, shard_of=lambda user, shards: shards))
        assert databases() == before


class TestTheNetwork:
    def test_a_calm_one_brings_all_of_it_in_order(self):
        assert Network(0).arrived_batch(range(5)) == [0, 1, 2, 3, 4]
        assert [Network(0).next_message(3) for _ in range(9)] == [(0, False)] * 9

    def test_another_repeats_reorders_and_loses(self):
        network = Network(1)
        batches = [network.arrived_batch(range(6)) for _ in range(60)]
        assert any(len(set(batch)) < 6 for batch in batches)
        assert any(len(batch) > len(set(batch)) for batch in batches)
        assert any(batch != sorted(batch) for batch in batches)
        taken = [network.next_message(6) for _ in range(60)]
        assert {place for place, _ in taken} == set(range(6))
        assert {again for _, again in taken} == {False, True}

    def test_the_same_seed_does_the_same(self):
        one, same, other = ([Network(seed).arrived_batch(range(20)) for _ in range(3)] for seed in (5, 5, 6))
        assert one == same != other

    def test_a_replica_gets_all_of_it_in_the_end(self):
        nodes = [Node(PARTS.layout) for _ in range(2)]
        shard = Shard(0, nodes, PARTS, Counter())
        for number in range(1, 30):
            shard.commit_change(Change(0, "post", number % 3, number, "x"))
        network = Network(3)
        while shard.replicas_behind:
            shard.ship_log(network)
        assert not shard.parted_replicas
        assert nodes[0].contents()[1] == [(number,) for number in range(1, 30)]
        nodes[1].apply_change(Change(0, "delete", 0, 3))
        assert shard.parted_replicas == [0]
        for node in nodes:
            node.close()


class TestRules:
    def test_a_tweet_keeps_the_rule_that_held_at_its_id(self):
        rules = FollowRules()
        assert rules.is_pushed(0, 1, 5)
        rules.set_rule(0, 1, 10, pushes=False)
        rules.set_rule(0, 1, 20, pushes=True)
        assert [rules.is_pushed(0, 1, tweet_id) for tweet_id in (9, 10, 19, 20)] == [True, False, False, True]
        assert rules.is_pushed(2, 1, 15)
        assert rules.rules_of(0, [1]) == {1: [(0, "push"), (10, "pull"), (20, "push")]}

    def test_one_under_which_nothing_was_posted_leaves_no_trace(self):
        rules = FollowRules()
        rules.set_rule(0, 1, 10, pushes=False)
        rules.set_rule(0, 1, 10, pushes=True)
        assert rules.rules_of(0, [1]) == {1: [(0, "push")]}
        assert rules.ever_pulled(0, [1]) == []
