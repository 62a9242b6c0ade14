"""Random histories of the whole contract: after `drain` every stage answers as the single table does."""

from __future__ import annotations

import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from support.depth import CI
from support.places import OWN, SLASHDOT
from support.plain import scroll, scrolled
from support.systems import EVERY_STAGE

import twitterlab as tl

IN_MEMORY, ON_DISK = (60, 12) if CI else (6, 2)
PLAIN = (20, 5) if CI else (3, 1)  # with --plain, which comes on top of a run without
STEPS = 50 if CI else 30
USERS = 8
MONTH_MS = 31 * 86_400_000
SMALL = {"shards": 3, "replicas": 2, "cache_tweets": 4, "feed_length": 5, "threshold": 3}
HAS = {
    tl.ReadReplicas: ["replicas"],
    tl.UserShards: ["shards"],
    tl.TweetCache: ["shards", "cache_tweets"],
    tl.PrecomputedFeeds: ["shards", "cache_tweets", "feed_length"],
    tl.HybridFeeds: ["shards", "cache_tweets", "feed_length", "threshold"],
}
LATE = (tl.ReadReplicas, tl.PrecomputedFeeds, tl.HybridFeeds)

user = st.integers(0, USERS - 1)
# Any character but half of a pair. Hypothesis' own strategy for that makes tables first, for seconds.
character = st.integers(0, 0x10FFFF).filter(lambda code: not 0xD800 <= code <= 0xDFFF).map(chr)
text = st.text(character, min_size=1, max_size=12)


def dense() -> tl.FollowGraph:
    """Eight densely linked users: of the real graph where it is there, else of the project's own."""
    own = OWN / "small.parquet"
    return tl.FollowGraph.read(SLASHDOT if SLASHDOT.exists() else own).dense_sample(USERS)


DENSE = dense()


class History(RuleBasedStateMachine):
    """One stage beside the oracle, on one clock."""

    stage: type = tl.SingleTable
    on_disk = False

    @initialize(pairs=st.none() | st.lists(st.tuples(user, user).filter(lambda p: p[0] != p[1]), max_size=25))
    def start(self, pairs):
        self.graph = DENSE
        if pairs is not None:
            self.graph = tl.FollowGraph.from_edges([a for a, _ in pairs], [b for _, b in pairs], USERS)
        self.clock = tl.ManualClock()
        self.folder = tempfile.mkdtemp() if self.on_disk else None
        self.oracle = tl.SingleTable(self.graph, None, self.clock, counting=False)
        self.system = self.open(self.graph)
        self.live = []  # tweets that are not deleted
        self.dead = set()
        self.scrolls = []
        self.media = []

    def open(self, graph):
        chosen = {name: SMALL[name] for name in HAS.get(self.stage, [])}
        if graph is None:
            chosen.pop("shards", None)  # it may have grown
        return self.stage(graph, self.folder, self.clock, **chosen)

    def both(self, call):
        """The same call on both systems: the same answer or the same error."""
        answers = []
        for system in (self.oracle, self.system):
            try:
                answers.append(call(system))
            except tl.TwitterlabError as error:
                answers.append(type(error))
        assert answers[1] == answers[0]
        return answers[0]

    # What users do

    @rule(author=user, words=text, key=st.none() | st.sampled_from(["a", "b"]))
    def post(self, author, words, key):
        tweet = self.both(lambda s: s.post(author, words, key=key))
        if tweet not in self.live and tweet.id not in self.dead:
            self.live.append(tweet)

    @rule(author=user, words=st.just("") | text, picture=st.binary(min_size=1, max_size=9))
    def post_picture(self, author, words, picture):
        tweet = self.both(lambda s: s.post(author, words, picture))
        self.live.append(tweet)
        self.media.append((tweet.media, picture))

    @rule(rows=st.lists(st.tuples(user, text), max_size=9))
    def post_many(self, rows):
        self.live += self.both(lambda s: s.post_many(rows))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), author=user)
    def delete(self, data, author):
        tweet = data.draw(st.sampled_from(self.live))
        if self.both(lambda s: s.delete(tweet.author, tweet.id)) is None:
            self.live.remove(tweet)
            self.dead.add(tweet.id)
        self.both(lambda s: s.delete(author, tweet.id))  # gone already, or somebody else's

    @precondition(lambda self: self.live)
    @rule(data=st.data(), other=user)
    def delete_anothers(self, data, other):
        tweet = data.draw(st.sampled_from(self.live))
        if tweet.author != other:
            assert self.both(lambda s: s.delete(other, tweet.id)) is tl.NotTheAuthor

    @rule(follower=user, followee=user)
    def follow(self, follower, followee):
        self.both(lambda s: s.follow(follower, followee))

    @rule(follower=user, followee=user)
    def unfollow(self, follower, followee):
        self.both(lambda s: s.unfollow(follower, followee))

    @rule(ms=st.sampled_from([0, 1, 40, 1000, -1, -5000, MONTH_MS, -MONTH_MS]))
    def time_passes(self, ms):
        self.clock.advance(ms)

    @rule(bad=st.sampled_from(["user", "text", "self", "cursor", "limit"]))
    def refused(self, bad):
        calls = {
            "user": lambda s: s.post(USERS, "x"),
            "text": lambda s: s.post(0, "x" * 281),
            "self": lambda s: s.follow(3, 3),
            "cursor": lambda s: s.feed(0, before=0),
            "limit": lambda s: s.feed(0, 201),
        }
        assert issubclass(self.both(calls[bad]), tl.TwitterlabError)

    # What happens behind them

    @rule(n=st.integers(1, 7))
    def step(self, n):
        self.system.step(n)

    @precondition(
        lambda self: isinstance(self.system, tl.UserShards | tl.TweetCache | tl.PrecomputedFeeds | tl.HybridFeeds)
    )
    @precondition(lambda self: len(self.system.tables.databases) < 4)
    @rule()
    def add_shard(self):
        self.system.add_shard()

    @precondition(lambda self: self.on_disk)
    @rule()
    def reopen(self):
        self.system.close()
        self.system = self.open(None)
        self.scrolls.clear()  # what is soft state may be fresher or staler now

    # What readers see, drained or not

    @rule(reader=user, limit=st.integers(1, 9))
    def read(self, reader, limit):
        self.check_page(self.system.feed(reader, limit), reader, limit, None)
        if not isinstance(self.system, LATE):
            self.both(lambda s: s.feed(reader, limit))

    @rule(reader=user, limit=st.integers(1, 9), data=st.data())
    def read_at_least(self, reader, limit, data):
        before = data.draw(st.none() | st.sampled_from([t.id for t in self.live])) if self.live else None
        page = self.system.feed(reader, limit, before, at_least=self.system.position)
        assert page == self.oracle.feed(reader, limit, before)

    @rule(author=user, limit=st.integers(1, 9))
    def read_author(self, author, limit):
        page = self.system.tweets_of(author, limit)
        assert not {t.id for t in page.tweets} & self.dead
        assert page == self.oracle.tweets_of(author, limit) or isinstance(self.system, tl.ReadReplicas)

    @rule(reader=user, limit=st.integers(1, 5))
    def begin_scroll(self, reader, limit):
        page = self.system.feed(reader, limit)
        if page.next:
            rest = scroll(self.system, reader, 7, page.next)
            self.scrolls.append([reader, limit, page.next, [t for p in rest for t in p.tweets]])

    @precondition(lambda self: self.scrolls)
    @rule(data=st.data())
    def go_on_scrolling(self, data):
        """Nothing that was visible at the first page is skipped, unless it was deleted or unfollowed since."""
        scrolling = data.draw(st.sampled_from(self.scrolls))
        reader, limit, cursor, expected = scrolling
        page = self.system.feed(reader, limit, cursor)
        self.check_page(page, reader, limit, cursor)
        followed = set(self.oracle.tables.databases[0].followees(reader).tolist())
        wanted = [t for t in expected if t.id not in self.dead and t.author in followed]
        reached = [t for t in wanted if page.next is None or t.id >= page.next]
        assert [t for t in reached if t not in page.tweets] == []
        self.scrolls.remove(scrolling)
        if page.next:
            self.scrolls.append([reader, limit, page.next, [t for t in expected if t.id < page.next]])

    @rule(readers=st.lists(user, max_size=9), limit=st.sampled_from([1, 2, 7, 31, 32]))
    def read_many(self, readers, limit):
        pages = self.system.feed_many(readers, limit)
        for row, reader in enumerate(readers):
            self.check_page(pages.page(row), reader, limit, None)

    def check_page(self, page, reader, limit, before):
        ids = [t.id for t in page.tweets]
        assert ids == sorted(set(ids), reverse=True), "order, and nothing twice"
        assert len(ids) <= limit
        assert all(before is None or i < before for i in ids)
        assert not set(ids) & self.dead, "deletes are never late"
        assert all(t.author != reader for t in page.tweets)
        assert page.next == (ids[-1] if page.next else None)
        assert page.next is None or len(ids) == limit, "a page is full while there is more"

    @rule(limit=st.sampled_from([1, 3, 20, 200]), some=st.sets(user, min_size=1, max_size=USERS if CI else 3))
    def drain(self, limit, some):
        """The law: every page of every depth, its IDs, its content and its cursor."""
        self.system.drain()
        readers = sorted(some)
        if limit != 200:
            pages = self.system.feed_many(readers, limit)
            assert [pages.page(row) for row in range(len(readers))] == [self.oracle.feed(r, limit) for r in readers]
        for reader in readers:
            assert scroll(self.system, reader, limit) == cut(scrolled(self.oracle, reader, 200), limit)
            self.both(lambda s, u=reader: s.tweets_of(u, limit))
            self.both(lambda s, u=reader: s.followers(u, limit).tolist())
        for tweet in self.live[-3:]:
            assert self.system.tweet(tweet.author, tweet.id) == tweet
        for key, picture in self.media[-2:]:
            assert self.system.media(key) == picture
        assert all(lag.positions == 0 for lag in self.system.lag)
        assert not self.system.deleted, "every copy has applied every delete"

    def teardown(self):
        if hasattr(self, "system"):
            try:
                self.drain(3, set(range(USERS)))
            finally:
                self.system.close()
                self.oracle.close()
                shutil.rmtree(self.folder or "", ignore_errors=True)


def cut(tweets, limit):
    """A whole feed as the pages of a scroll."""
    pages = [tweets[first : first + limit] for first in range(0, len(tweets), limit)] or [[]]
    return [tl.Page(page, page[-1].id if page is not pages[-1] else None) for page in pages]


def run(stage, on_disk, examples):
    machine = type(f"{stage.__name__}History", (History,), {"stage": stage, "on_disk": on_disk})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("stage", tl.STAGES[1:], ids=lambda s: s.__name__)
def test_a_stage_in_memory_answers_as_the_single_table(stage, pytestconfig):
    run(stage, False, PLAIN[0] if pytestconfig.getoption("--plain") else IN_MEMORY)


@EVERY_STAGE
def test_a_stage_on_disk_answers_as_the_single_table_through_reopenings(stage, pytestconfig):
    run(stage, True, PLAIN[1] if pytestconfig.getoption("--plain") else ON_DISK)
