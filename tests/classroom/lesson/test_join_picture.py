"""The picture of a join shows the feed that the system gives."""

from __future__ import annotations

import pytest

import twitterlab as tl
from twitterlab.classroom.lesson.join_picture import join_picture

FOLLOWS = [(0, 2), (1, 2), (0, 3), (3, 1)]


@pytest.mark.parametrize("reader", range(4))
def test_its_words_are_the_readers_feed_and_its_count_is_every_row(reader: int):
    graph = tl.FollowGraph.from_edges([u for u, _ in FOLLOWS], [v for _, v in FOLLOWS], users=4)
    with tl.SingleTable(graph, clock=tl.ManualClock()) as system:
        tweets = system.post_many([(2, "first"), (1, "second"), (3, "third"), (2, "fourth")])
        page, before = system.feed(reader).tweets, system.work
        system.feed(reader)
        rows_read = (system.work - before).rows_read
    shown = join_picture(FOLLOWS, tweets, reader)
    pairs = "; ".join(f"{reader} > {tweet.author} meets {tweet.text}" for tweet in page) or "none"
    assert f"newest first: {pairs}." in shown.alt
    needed = sum(follower == reader for follower, _ in FOLLOWS) + len(page)
    assert f"{needed} of {rows_read}" in shown.caption
