"""Exercise 6.1: each known wrong delivery is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

from twitterlab.classroom.course import my_parts

WRONG = {
    "comes_once": """
        import bisect

        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    bisect.insort(feed, tweet_id, key=lambda one: -one)
                    if len(feed) > length:
                        feed.pop()
                    taken += tweet_id in feed
            return taken
    """,
    "arrival_order": """
        def deliver(tweet_id, followers, active, feeds, length):
            count = 0
            for reader in followers:
                if reader not in active:
                    continue
                feed = feeds.get(reader, [])
                if tweet_id not in feed:
                    feeds[reader] = [tweet_id] + feed[:length - 1]
                    count += 1
            return count
    """,
    "oldest_first": """
        def deliver(tweet_id, followers, active, feeds, length):
            count = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.get(reader, [])
                    if tweet_id not in feed:
                        feeds[reader] = sorted(feed + [tweet_id])[-length:]
                        count += tweet_id in feeds[reader]
            return count
    """,
    "late_is_lost": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    if not feed or tweet_id > feed[0]:
                        feed.insert(0, tweet_id)
                        del feed[length:]
                        taken += 1
            return taken
    """,
    "no_end": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in set(followers) & active:
                feed = feeds.setdefault(reader, [])
                if tweet_id not in feed:
                    feed.append(tweet_id)
                    feed.sort(reverse=True)
                    taken += 1
            return taken
    """,
    "delivers_to_all": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                feed = feeds.setdefault(reader, [])
                if tweet_id not in feed:
                    feed.append(tweet_id)
                    feed.sort(reverse=True)
                    del feed[length:]
                    taken += tweet_id in feed and reader in active
            return taken
    """,
    "one_stands_for_all": """
        def deliver(tweet_id, followers, active, feeds, length):
            readers = [reader for reader in followers if reader in active]
            if any(tweet_id in feeds.get(reader, []) for reader in readers):
                return 0
            for reader in readers:
                feeds[reader] = sorted(feeds.get(reader, []) + [tweet_id], reverse=True)[:length]
            return sum(tweet_id in feeds[reader] for reader in readers)
    """,
    "counts_every_delivery": """
        def deliver(tweet_id, followers, active, feeds, length):
            readers = [reader for reader in followers if reader in active]
            for reader in readers:
                feeds[reader] = sorted({*feeds.get(reader, []), tweet_id}, reverse=True)[:length]
            return len(readers)
    """,
}
LOOKS = """
    def deliver(tweet_id, followers, active, feeds, length):
        taken = 0
        for reader in followers:
            feed = feeds.get(reader, [])
            if tweet_id in feed or reader not in active:
                continue
            feeds[reader] = sorted(feed + [tweet_id], reverse=True)[:length]
            taken += tweet_id in feeds[reader]
        return taken
"""
GOES_THROUGH_ALL = """
    def deliver(tweet_id, followers, active, feeds, length):
        wanted = set(followers) & active
        for reader in wanted - set(feeds):
            feeds[reader] = []
        taken = 0
        for reader, feed in feeds.items():
            if reader in wanted and tweet_id not in feed:
                feed.append(tweet_id)
                feed.sort(reverse=True)
                del feed[length:]
                taken += tweet_id in feed
        return taken
"""
OTHERS = {
    "put at the front, and nothing looked at": """
        def deliver(tweet_id, followers, active, feeds, length):
            readers = [reader for reader in followers if reader in active]
            for reader in readers:
                feeds.setdefault(reader, []).insert(0, tweet_id)
                del feeds[reader][length:]
            return len(readers)
    """,
    "compares with the head alone": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    if feed and feed[0] == tweet_id:
                        continue
                    feed.append(tweet_id)
                    feed.sort(reverse=True)
                    del feed[length:]
                    taken += tweet_id in feed
            return taken
    """,
    "a full feed takes nothing": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    if tweet_id not in feed and len(feed) < length:
                        feed.append(tweet_id)
                        feed.sort(reverse=True)
                        taken += 1
            return taken
    """,
    "counts what was older than a full feed": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    if tweet_id not in feed:
                        feeds[reader] = sorted([*feed, tweet_id], reverse=True)[:length]
                        taken += 1
            return taken
    """,
    "new feeds are not stored": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.get(reader, [])
                    if tweet_id not in feed:
                        feed.append(tweet_id)
                        feed.sort(reverse=True)
                        del feed[length:]
                        taken += tweet_id in feed
            return taken
    """,
    "everybody has a feed": """
        def deliver(tweet_id, followers, active, feeds, length):
            for reader in followers:
                if reader in active:
                    feeds[reader].append(tweet_id)
            return len(followers)
    """,
    "nothing is given back": """
        def deliver(tweet_id, followers, active, feeds, length):
            for reader in followers:
                if reader in active:
                    feeds[reader] = sorted({*feeds.get(reader, []), tweet_id}, reverse=True)[:length]
    """,
    "one too many": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader in active:
                    feed = feeds.setdefault(reader, [])
                    if tweet_id not in feed:
                        feed.append(tweet_id)
                        feed.sort(reverse=True)
                        if len(feed) > length + 1:
                            feed.pop()
                        taken += tweet_id in feed
            return taken
    """,
}
RIGHT = {
    "a set, cut": """
        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in active.intersection(followers):
                before = feeds.get(reader, [])
                feeds[reader] = sorted({*before, tweet_id}, reverse=True)[:length]
                taken += feeds[reader] != before
            return taken
    """,
    "to its place by bisection": """
        from bisect import bisect_left

        def deliver(tweet_id, followers, active, feeds, length):
            taken = 0
            for reader in followers:
                if reader not in active:
                    continue
                if reader not in feeds:
                    feeds[reader] = []
                feed = feeds[reader]
                at = bisect_left(feed, -tweet_id, key=lambda one: -one)
                if at == length or feed[at:at + 1] == [tweet_id]:
                    continue
                feed.insert(at, tweet_id)
                if len(feed) > length:
                    feed.pop()
                taken += 1
            return taken
    """,
    "from the end, step by step": """
        def deliver(tweet_id, followers, active, feeds, length):
            def put(feed):
                place = len(feed)
                while place > 0 and feed[place - 1] < tweet_id:
                    place -= 1
                if place > 0 and feed[place - 1] == tweet_id:
                    return False
                feed[place:place] = [tweet_id]
                del feed[length:]
                return place < length

            return sum(put(feeds.setdefault(reader, [])) for reader in followers if reader in active)
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_delivery_is_told_what_it_believes(why: str) -> None:
    assert refused("deliver", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("source", [LOOKS, GOES_THROUGH_ALL], ids=["of those away", "of everybody"])
def test_a_delivery_that_looks_at_other_feeds_is_over_budget(source: str) -> None:
    assert refused("deliver", source) == ("over budget", "looks_at_all")


@pytest.mark.parametrize("how", OTHERS)
def test_other_mistakes_are_refused_too(how: str) -> None:
    assert judged("deliver", OTHERS[how]).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_delivery_is_accepted(how: str) -> None:
    assert judged("deliver", RIGHT[how]).kind == "right"


def test_ours_is_right() -> None:
    assert judged("deliver", my_parts.ours("deliver")).kind == "right"


def test_the_counterexample_is_a_short_story() -> None:
    said = judged("deliver", WRONG["late_is_lost"]).says
    assert said[0] == (
        "User 1 follows user 0. A feed has room for 2. The tweets of user 0 come to a worker in this order: t2, t1."
    )
    assert said[1] == "Yours gave t2 in the feed of user 1; expected was t2, t1."


def test_a_repeat_that_is_counted_is_told_as_such() -> None:
    said = judged("deliver", WRONG["counts_every_delivery"]).says
    assert said[0].endswith("in this order: t1, t1.")
    assert said[1] == "Yours gave 1 as the number of feeds that took in t1 when it came again; expected was 0."
