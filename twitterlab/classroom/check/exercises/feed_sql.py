"""Exercise 1.1: the feed as one question in SQL to two tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

import twitterlab as tl
from twitterlab.classroom.check.disguise import LATEST, LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.sql import sql_limit, sql_tables
from twitterlab.classroom.check.exercises.words import in_a_sentence
from twitterlab.classroom.check.guard import Misbehaved, short_repr
from twitterlab.model import MAX_ID, Tweet

LIMIT, USERS, FOLLOWS_EACH, TWEETS = 20, 400, 8, 4_000
PARAMETERS, COLUMNS = ("reader", "before", "limit"), ("id", "author", "text")
READER, USERS_DRAWN = 0, 5
MANY = 400  # tweets of the longest history
TOLD = 10  # rows of a page
FIRST_MS, APART_MS = 1_700_000_000_000, 3_456_000_000  # forty days
WRITTEN = (" hello ", "HELLO", "hello\n", "100 % @home, it's #1", "\N{SNOWMAN} \N{BIRD}", "NULL", "x" * 280, "HELLO")
REWRITING = "top_n_window_elimination,window_self_join"  # makes two scans of one


class History(NamedTuple):
    """Who follows whom, the tweets as they were posted, and the page that user 0 asks for."""

    follows: tuple[tuple[int, int], ...]
    tweets: tuple[Tweet, ...]
    before: int = MAX_ID
    limit: int = LIMIT


def tweets_by(authors: Sequence[int], times: Sequence[int] = (), pictures: Sequence[int] = ()) -> tuple[Tweet, ...]:
    """Tweets 1, 2, 3 of these authors; at one time each unless `times` says when; `pictures` are media without text."""
    rows = enumerate(zip(authors, times or range(len(authors)), strict=True), 1)
    return tuple(
        Tweet(n, author, "" if n in pictures else f"text {n}", f"picture {n}" if n in pictures else None, time)
        for n, (author, time) in rows
    )


ONE, TWO = ((0, 1),), ((0, 1), (0, 2))
GRAPHS = ((), ((1, 0),), ONE, ((0, 1), (1, 0)), ((0, 1), (2, 1)), TWO)
PAIRS: tuple[tuple[int, int], ...] = ((1, 1), (1, 2), (2, 1), (0, 1), (1, 0), (0, 2))


def small_histories() -> Iterator[History]:
    """Up to three tweets by three users, with few follows, and pages whole, cut and further down."""
    yield History((), ())
    for author, follows in product((1, 0), GRAPHS):
        yield History(follows, tweets_by([author]))
    yield History(ONE, tweets_by([1], pictures=[1]))
    for authors, follows in product(PAIRS, (ONE, TWO)):
        yield from page_histories(History(follows, tweets_by(authors)))
    for authors, times in product(PAIRS[:3], ([0, 0], [1, 0])):
        yield from page_histories(History(TWO, tweets_by(authors, times)))
    for times in ([0, 0, 1], [2, 0, 1]):
        yield History(TWO, tweets_by([1, 2, 1], times))
    for three, follows in product(product((1, 2), repeat=3), (ONE, TWO)):
        yield from page_histories(History(follows, tweets_by(three, pictures=[2])))
    many = tweets_by([1 + n * n % 3 for n in range(MANY)])
    yield from (History(TWO, many, before, limit) for before, limit in ((MAX_ID, 200), (MANY, 100), (2, 200), (1, 1)))


def page_histories(history: History) -> Iterator[History]:
    """The same history, read as a whole and by short pages from three places."""
    count = len(history.tweets)
    yield from (history, history._replace(limit=count - 1))
    yield from (history._replace(before=before, limit=1) for before in (count, count - 1))


def longer_histories() -> Any:
    """More users, follows and tweets; clocks that stand still, and now and then step back."""
    from hypothesis import strategies as st

    edges = st.lists(st.integers(0, USERS_DRAWN * (USERS_DRAWN - 1) - 1), max_size=8)
    tweets = st.lists(st.integers(0, 6 * USERS_DRAWN - 1), max_size=10)
    return st.builds(history_from_numbers, edges, tweets, st.integers(0, 10), st.integers(1, 6))


def history_from_numbers(edges: Sequence[int], tweets: Sequence[int], down: int, limit: int) -> History:
    """A history from few numbers, since drawing many takes longer than asking."""
    pairs = {divmod(edge, USERS_DRAWN - 1) for edge in edges}
    follows = sorted((follower, other + (other >= follower)) for follower, other in pairs)
    kinds = [(tweet % USERS_DRAWN, tweet // USERS_DRAWN) for tweet in tweets]
    pictures = [number for number, (_, kind) in enumerate(kinds, 1) if kind >= 3]
    rows = tweets_by([author for author, _ in kinds], [kind % 3 for _, kind in kinds], pictures)
    before = len(rows) + 1 - down
    return History(tuple(follows), rows, before if 1 <= before <= len(rows) else MAX_ID, limit)


# Told


def story(history: History) -> str:
    """Who follows, who posts, and what is asked."""
    followers = dict.fromkeys(follower for follower, _ in history.follows)
    follows = [f"user {a} follows {in_a_sentence([b for c, b in history.follows if c == a])}" for a in followers]
    tweets = "1 tweet" if history.limit == 1 else f"{history.limit} tweets"
    older = "" if history.before == MAX_ID else f" before t{history.before}"
    posts = list(tweet_lines(history))
    if len(posts) > MANY // 2:
        posts = [f"{len(posts)} tweets are posted by users 1, 2 and 3"]
    told = f"{', '.join(follows) or 'nobody follows anybody'}; {', then '.join(posts) or 'nobody posts'}."
    return f"{told[0].upper()}{told[1:]} User 0 asks for {tweets}{older}."


def tweet_lines(history: History) -> Iterator[str]:
    """Each tweet, with what is special about it."""
    clock = -1
    for tweet in history.tweets:
        picture = "" if tweet.text else " (a picture alone)"
        turned = tweet.created_at < clock and " after the clock stepped back"
        still = tweet.created_at == clock and " in the same millisecond"
        yield f"user {tweet.author} posts t{tweet.id}{picture}{turned or still or ''}"
        clock = tweet.created_at


def row_names(history: History, rows: Sequence[tuple[Any, ...]]) -> str:
    """The rows as t1, t2 and so on; a row that is no tweet's as it is."""
    names = {asked_columns(tweet): f"t{tweet.id}" for tweet in history.tweets}
    shown = [names.get(row, f"the row {short_repr(row)}") for row in rows[:TOLD]]
    return ", ".join(shown) + ", …" * (len(rows) > TOLD) or "nothing"


def names_of_both(history: History, one: Sequence[Any], two: Sequence[Any]) -> tuple[str, str]:
    """Two pages, of which one may go on where the other ends; what is the same at the head of long ones is left out."""
    same = next(
        (n for n, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), min(len(one), len(two))
    )
    start = same - 1 if same >= TOLD else 0
    told = [row_names(history, page[start:]) for page in (one, two)]
    return f"{'…, ' * (start > 0)}{told[0]}", f"{'…, ' * (start > 0)}{told[1]}"


# Held to the oracle


def problem(answer: str, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the page is what plain Python finds."""
    real = {tweet.id: real_tweet(look, tweet) for tweet in history.tweets}
    sql_tables().put("follows", look.shuffled((look.user(a), look.user(b)) for a, b in history.follows))
    sql_tables().put("tweets", look.shuffled((t.id, t.author, t.created_at, t.text, t.media) for t in real.values()))
    before = history.before if history.before == MAX_ID else look.tweet(history.before)
    asked = dict(zip(PARAMETERS, (look.user(READER), before, history.limit), strict=True))
    rows = sql_tables().ask(answer, asked, COLUMNS)
    known = {asked_columns(real[number]): asked_columns(tweet) for number, tweet in numbered(history).items()}
    got = [known.get(row, row) if all(map(same_type, row, (0, 0, ""))) else (*row, "of other types") for row in rows]
    right = list(map(asked_columns, newest_tweets(tweets_for_reader(history), history)))
    if got == right:
        return None
    if {asked_columns(tweet) for tweet in history.tweets}.issuperset(got):
        why = misconceptions_of(history, [row[0] for row in got])
        return WrongAnswer(*names_of_both(history, got, right), why)
    asked_for = [asked_columns(real[number]) for number, *_ in right]
    for one, other in zip(got, asked_for, strict=False):
        if one[0] == other[0] and one != other:
            return WrongAnswer(f"the row {short_repr(one)}", f"the row {short_repr(other)}")
    return WrongAnswer(*names_of_both(history, got, right))


def numbered(history: History) -> dict[int, Tweet]:
    """The tweets of a history by their numbers."""
    return {tweet.id: tweet for tweet in history.tweets}


def same_type(one: Any, two: Any) -> bool:
    """Whether two values have one type."""
    return type(one) is type(two)


def real_tweet(look: Look, tweet: Tweet) -> Tweet:
    """A tweet in the numbers of a look, as users write them over weeks; some have both text and a picture."""
    if look == PLAIN:
        return tweet
    text = tweet.text and WRITTEN[tweet.id % len(WRITTEN)]
    media = f"picture {tweet.id}" if text and tweet.id % 2 else tweet.media
    when = FIRST_MS + APART_MS * tweet.created_at
    return Tweet(look.tweet(tweet.id), look.user(tweet.author), text, media, when)


def asked_columns(tweet: Tweet) -> tuple[int, int, str]:
    """What is asked of a tweet."""
    return tweet.id, tweet.author, tweet.text


def tweets_for_reader(history: History) -> list[Tweet]:
    """The tweets of the reader's followees that are older than the cursor."""
    followees = {followee for follower, followee in history.follows if follower == READER}
    return [tweet for tweet in history.tweets if tweet.author in followees and tweet.id < history.before]


def newest_tweets(tweets: Sequence[Tweet], history: History) -> list[Tweet]:
    """The newest of them, as many as fit on the page."""
    return sorted(tweets, reverse=True)[: history.limit]


def misconceptions_of(history: History, got: list[int]) -> tuple[str, ...]:
    """The misconceptions that give these IDs, those first that explain fewer histories."""
    follows, limit = history.follows, history.limit
    older = [tweet for tweet in history.tweets if tweet.id < history.before]
    found, uncut = tweets_for_reader(history), tweets_for_reader(history._replace(before=MAX_ID))
    followers = {follower for follower, followee in follows if followee == READER}
    pairs = [tweet for tweet in older for follower, _ in follows if follower == READER]
    joined = [tweet for tweet in older for _, followee in follows if followee == tweet.author]
    upwards = sorted(found)
    gives: dict[str, list[Sequence[Tweet]]] = {
        "text_only": [newest_tweets([t for t in found if t.text], history)],
        "cursor_last": [[t for t in newest_tweets(uncut, history) if t in found]],
        "limit_first": [[t for t in newest_tweets(some, history) if t in found] for some in (older, history.tweets)],
        "followers": [newest_tweets([t for t in older if t.author in followers], history)],
        "no_match": [newest_tweets(pairs, history)],
        "own_too": [newest_tweets([*found, *(t for t in older if t.author == READER)], history)],
        "everybody": [
            newest_tweets(joined, history),
            newest_tweets(list(set(joined)), history),
            newest_tweets(older, history),
        ],
        "cursor_included": [newest_tweets(tweets_for_reader(history._replace(before=history.before + 1)), history)],
        "cursor_forgotten": [newest_tweets(uncut, history)],
        "oldest_first": [upwards[:limit], sorted(newest_tweets(found, history))],
        "no_limit": [sorted(found, reverse=True)],
    }
    if not got:
        del gives["followers"]  # that comes out empty for many a reason
    keys = [key for key, pages in gives.items() if any(got == [tweet.id for tweet in page] for page in pages)]
    return (*["by_created_at"] * newest_by_time(found, got, limit), *keys)


def newest_by_time(found: Sequence[Tweet], got: list[int], limit: int) -> bool:
    """Whether these are the tweets whose `created_at` is the newest, those of one time in any order."""
    times = {tweet.id: tweet.created_at for tweet in found}
    newest_times = sorted(times.values(), reverse=True)[:limit]
    return len(set(got)) == len(got) and [times.get(tweet_id) for tweet_id in got] == newest_times


# In the real stage


def stage_costs(answer: str) -> list[StageCost]:
    """A page of twenty in a real single table."""
    if "$1" not in with_numbered_parameters(answer):
        raise Misbehaved("Another user asks for a page there, and your SQL has no $reader.")
    graph = tl.FollowGraph.synthetic(users=USERS, mean_follows=FOLLOWS_EACH, seed=7)
    authors, reader = np.random.default_rng(1).integers(0, USERS, TWEETS), 9
    with tl.SingleTable(graph, clock=tl.ManualClock()) as system:
        system.post_many([(int(author), "hello") for author in authors])
        right = [asked_columns(tweet) for tweet in system.feed(reader, LIMIT).tweets]
        system.tables.databases[0].peek(f"SET GLOBAL disabled_optimizers = '{REWRITING}'")
        before = system.work
        with sql_limit():
            page = system.tables.databases[0].read_rows(with_numbered_parameters(answer), reader, MAX_ID, LIMIT)
        read = (system.work - before).rows_read
    if page != right:
        raise Misbehaved(f"the page of user {reader} is not that of the single table.")
    return [StageCost(f"rows read for a page of {LIMIT}", read, graph.edges + TWEETS, "limit_reads_twenty")]


def with_numbered_parameters(sql: str) -> str:
    """SQL with its parameters as $1, $2, $3, as a stage's database is asked."""
    names = rf"\$({'|'.join(PARAMETERS)})\b"
    return re.sub(names, lambda name: f"${PARAMETERS.index(name[1].lower()) + 1}", sql, flags=re.IGNORECASE)


EXERCISE = Exercise(
    "1.1",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    accepts=str,
    wanted="a string of SQL",
    says_when_right="Twenty tweets are shown, and 7,200 rows were read for them: all 3,200 follows and all 4,000 "
    "tweets. Nothing says where a reader's rows lie, so a scan of each table is the least that any SQL can do here.",
    looks=(*LOOKS, LATEST),
)
