"""Exercise 5.2: each known wrong hydration is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

from typing import Any

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.answers import Answer, fresh
from twitterlab.classroom.check.exercises import hydrate
from twitterlab.classroom.course import my_parts
from twitterlab.studies.cache_lookups import FULL

WRONG = {
    "holes": """
        def hydrate(keys, cache, shards):
            missing = {}
            found = {}
            for tweet_id, shard in keys:
                found[tweet_id] = cache.get(tweet_id)
                if found[tweet_id] is None:
                    missing.setdefault(shard, []).append(tweet_id)
            for shard in missing:
                for tweet in shards[shard].tweets(missing[shard]):
                    found[tweet.id] = tweet
                    cache.put(tweet.id, tweet)
            return [found.get(tweet_id) for tweet_id, _ in keys]
    """,
    "order_by_itself": """
        from collections import defaultdict

        def hydrate(keys, cache, shards):
            page = []
            missing = defaultdict(list)
            for tweet_id, shard in keys:
                tweet = cache.get(tweet_id)
                if tweet is not None:
                    page.append(tweet)
                else:
                    missing[shard].append(tweet_id)
            for shard, ids in missing.items():
                for tweet in shards[shard].tweets(ids):
                    cache.put(tweet.id, tweet)
                    page.append(tweet)
            return page
    """,
    "reads_back": """
        def hydrate(keys, cache, shards):
            missing = {}
            for tweet_id, shard in keys:
                if cache.get(tweet_id) is None:
                    missing.setdefault(shard, []).append(tweet_id)
            for shard, ids in missing.items():
                for tweet in shards[shard].tweets(ids):
                    cache.put(tweet.id, tweet)
            page = [cache.get(tweet_id) for tweet_id, _ in keys]
            return [tweet for tweet in page if tweet is not None]
    """,
    "fetches_again": """
        def hydrate(keys, cache, shards):
            found = {}
            missing = {}
            for tweet_id, shard in keys:
                tweet = cache.get(tweet_id)
                if tweet:
                    found[tweet_id] = tweet
                else:
                    missing.setdefault(shard, set()).add(tweet_id)
            for shard, ids in missing.items():
                found.update({tweet.id: tweet for tweet in shards[shard].tweets(ids)})
            return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
    """,
}
DEAR = {
    "one_request_a_tweet": """
        def hydrate(keys, cache, shards):
            page = []
            for tweet_id, shard in keys:
                tweet = cache.get(tweet_id)
                if tweet is None:
                    for tweet in shards[shard].tweets([tweet_id]):
                        cache.put(tweet_id, tweet)
                if tweet is not None:
                    page.append(tweet)
            return page
    """,
    "asks_everybody": """
        def hydrate(keys, cache, shards):
            found = {tweet_id: cache.get(tweet_id) for tweet_id, _ in keys}
            missing = [tweet_id for tweet_id, tweet in found.items() if tweet is None]
            if missing:
                for shard in shards:
                    for tweet in shard.tweets(missing):
                        found[tweet.id] = tweet
                        cache.put(tweet.id, tweet)
            return [tweet for tweet in found.values() if tweet is not None]
    """,
}
OTHERS = {
    "a KeyError for what is gone": """
        def hydrate(keys, cache, shards):
            found = {}
            for shard in {shard for _, shard in keys}:
                ids = [tweet_id for tweet_id, its in keys if its == shard and cache.get(tweet_id) is None]
                if ids:
                    for tweet in shards[shard].tweets(ids):
                        found[tweet.id] = tweet
                        cache.put(tweet.id, tweet)
            return [cache.get(tweet_id) or found[tweet_id] for tweet_id, _ in keys]
    """,
    "answers paired with what was asked": """
        def hydrate(keys, cache, shards):
            found, missing = {}, {}
            for tweet_id, shard in keys:
                found[tweet_id] = cache.get(tweet_id)
                if not found[tweet_id]:
                    missing.setdefault(shard, []).append(tweet_id)
            for shard, ids in missing.items():
                for tweet_id, tweet in zip(ids, shards[shard].tweets(ids)):
                    found[tweet_id] = tweet
                    cache.put(tweet_id, tweet)
            return [tweet for tweet in found.values() if tweet]
    """,
    "a hole is cached": """
        def hydrate(keys, cache, shards):
            found, missing = {}, {}
            for tweet_id, shard in keys:
                found[tweet_id] = cache.get(tweet_id)
                if not found[tweet_id]:
                    missing.setdefault(shard, []).append(tweet_id)
            for shard, ids in missing.items():
                sent = {tweet.id: tweet for tweet in shards[shard].tweets(ids)}
                for tweet_id in ids:
                    found[tweet_id] = sent.get(tweet_id)
                    cache.put(tweet_id, sent.get(tweet_id))
            return [tweet for tweet in found.values() if tweet]
    """,
    "the newest first, by hand, but the page is reversed": """
        def hydrate(keys, cache, shards):
            found = [cache.get(tweet_id) for tweet_id, _ in keys]
            found = [tweet for tweet in found if tweet]
            there = {tweet.id for tweet in found}
            for number, shard in enumerate(shards):
                ids = [tweet_id for tweet_id, its in keys if its == number and tweet_id not in there]
                if ids:
                    for tweet in shard.tweets(ids):
                        cache.put(tweet.id, tweet)
                        found.append(tweet)
            return sorted(found, key=lambda tweet: tweet.id)
    """,
    "all of the page where one is missing": """
        def hydrate(keys, cache, shards):
            page = [cache.get(tweet_id) for tweet_id, _ in keys]
            if None not in page:
                return page
            found = {}
            for number in sorted({shard for _, shard in keys}):
                for tweet in shards[number].tweets([tweet_id for tweet_id, its in keys if its == number]):
                    cache.put(tweet.id, tweet)
                    found[tweet.id] = tweet
            return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
    """,
    "keys are taken off the list": """
        def hydrate(keys, cache, shards):
            page = []
            while keys:
                tweet_id, shard = keys.pop(0)
                page += shards[shard].tweets([tweet_id])
            return page
    """,
}
RIGHT = {
    "shard by shard": """
        def hydrate(keys, cache, shards):
            found = {}
            for tweet_id, _ in keys:
                if (tweet := cache.get(tweet_id)) is not None:
                    found[tweet_id] = tweet
            for number, shard in enumerate(shards):
                ids = [tweet_id for tweet_id, its in keys if its == number and tweet_id not in found]
                if ids:
                    found.update((tweet.id, tweet) for tweet in shard.tweets(ids))
            for tweet in found.values():
                cache.put(tweet.id, tweet)
            return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
    """,
    "sorted by ID, which is the order of the page": """
        from itertools import groupby

        def hydrate(keys, cache, shards):
            hits = [tweet for tweet_id, _ in keys if (tweet := cache.get(tweet_id))]
            there = {tweet.id for tweet in hits}
            missing = sorted((key for key in keys if key[0] not in there), key=lambda key: key[1])
            fetched = []
            for shard, group in groupby(missing, key=lambda key: key[1]):
                fetched.extend(shards[shard].tweets(tweet_id for tweet_id, _ in group))
            for tweet in fetched:
                cache.put(tweet.id, tweet)
            yield from sorted(hits + fetched, reverse=True)
    """,
    "looked up when its shard has its turn": """
        def hydrate(keys, cache, shards):
            found = {}
            for number in {shard for _, shard in keys}:
                ids = []
                for tweet_id, shard in keys:
                    if shard == number:
                        tweet = cache.get(tweet_id)
                        if tweet is None:
                            ids.append(tweet_id)
                        else:
                            found[tweet_id] = tweet
                for tweet in shards[number].tweets(ids) if ids else ():
                    found[tweet.id] = tweet
                    cache.put(tweet.id, tweet)
            return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_hydration_is_told_what_it_believes(why: str) -> None:
    assert refused("hydrate", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("why", DEAR)
def test_a_hydration_that_asks_too_often_is_over_budget(why: str) -> None:
    assert refused("hydrate", DEAR[why]) == ("over budget", why)


@pytest.mark.parametrize("how", OTHERS)
def test_other_mistakes_are_refused_too(how: str) -> None:
    assert judged("hydrate", OTHERS[how]).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_hydration_is_accepted(how: str) -> None:
    assert judged("hydrate", RIGHT[how]).kind == "right"


def test_the_counterexample_is_a_short_story() -> None:
    said = judged("hydrate", WRONG["order_by_itself"]).says
    assert said[0] == "A page of t2, t1: the cache has t1; shard 0 has t2."
    assert said[1] == "Yours gave t1, t2; expected was t2, t1."


def test_what_is_not_put_shows_when_the_page_is_asked_again() -> None:
    said = judged("hydrate", WRONG["fetches_again"]).says
    assert said[0] == "A page of t1: shard 0 has t1."
    assert said[1] == "Yours gave a request for t1 when the page was asked again; expected was none."


def test_ours_is_right_and_the_shares_it_tells_are_those_of_its_run() -> None:
    verdict = judged("hydrate", my_parts.ours("hydrate"))
    assert verdict.kind == "right"
    ours: Any = fresh(Answer("hydrate", None, my_parts.ours("hydrate")))
    pages = hydrate.pages(ours)
    full = [page for page in pages[len(pages) // 2 :] if len(page.keys) == FULL]
    hits = 1 - sum(len(page.missed) for page in full) / (FULL * len(full))
    whole = sum(page.requests == 0 for page in full) / len(full)
    assert f"the cache had {100 * hits:.1f} % of what" in verdict.text
    assert f"only {100 * whole:.0f} % of these pages" in verdict.text
    assert 0.9 < (1 - hits) * FULL < 1.1  # one miss a page
