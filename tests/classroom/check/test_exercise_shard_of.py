"""Exercise 4.1: a rule that is not stable, fair and calm is refused with the words meant for it; several are right."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.exercises import shard_of
from twitterlab.classroom.check.exercises.shard_of import COUNTS, MANY, History, crowded, moved, problem

WRONG = {
    "modulo": """
        def shard_of(user, shards):
            return user % shards
    """,
    "hash_of_a_process": """
        def shard_of(user, shards):
            return hash(str(user)) % shards
    """,
    "ranges": """
        def shard_of(user, shards):
            width = 10_000 / shards
            return min(int(user / width), shards - 1)
    """,
    "chance": """
        import random

        homes = {}

        def shard_of(user, shards):
            if (user, shards) not in homes:
                homes[user, shards] = random.randrange(shards)
            return homes[user, shards]
    """,
    "uneven": """
        from hashlib import md5

        def point(name):
            return int(md5(name.encode()).hexdigest(), 16)

        def shard_of(user, shards):
            here = point(f"user {user}")
            ring = sorted((point(f"shard {shard}"), shard) for shard in range(shards))
            return next((shard for place, shard in ring if place >= here), ring[0][1])
    """,
}
MORE_WRONG = {
    "modulo": """
        import hashlib

        def shard_of(user, shards):
            digest = hashlib.sha256(str(user).encode()).hexdigest()
            return int(digest, 16) % shards
    """,
    "hash_of_a_process": """
        def shard_of(user, shards):
            return max(range(shards), key=lambda shard: hash(f"{user} on {shard}"))
    """,
    "ranges": """
        def shard_of(user, shards):
            return min(user // 1_000, shards - 1)
    """,
    "chance": """
        from random import Random

        chance = Random(1)
        homes = {}

        def shard_of(user, shards):
            return homes.setdefault((user, shards), chance.randrange(shards))
    """,
    "uneven": """
        def shard_of(user, shards):
            return max(range(shards), key=lambda shard: (user * 31 + shard * 17) % 101)
    """,
}
REFUSED = {
    "from one on": """
        def shard_of(user, shards):
            return user % shards + 1
    """,
    "a fraction": """
        def shard_of(user, shards):
            return user / shards
    """,
    "a truth": """
        def shard_of(user, shards):
            return user % 2 == 1 and shards > 1
    """,
    "everybody on the first": """
        def shard_of(user, shards):
            return 0
    """,
    "everybody on the newest": """
        def shard_of(user, shards):
            return shards - 1
    """,
    "chance each time": """
        import random

        def shard_of(user, shards):
            return random.randrange(shards)
    """,
    "in the order of asking": """
        homes = {}

        def shard_of(user, shards):
            return homes.setdefault(user, len(homes)) % shards
    """,
}
RIGHT = {
    "jump consistent hashing": """
        # J. Lamping and E. Veach, A Fast, Minimal Memory, Consistent Hash Algorithm, 2014
        def shard_of(user, shards):
            key, place, jump = user, -1, 0
            while jump < shards:
                place = jump
                key = (key * 2862933555777941757 + 1) % 2**64
                jump = int((place + 1) * (2**31 / ((key >> 33) + 1)))
            return place
    """,
    "a ring of many points": """
        from bisect import bisect
        from functools import cache
        from hashlib import md5

        def point(name):
            return md5(name.encode()).digest()

        @cache
        def ring(shards):
            return sorted((point(f"{shard}/{n}"), shard) for shard in range(shards) for n in range(1_000))

        def shard_of(user, shards):
            points = ring(shards)
            return points[bisect(points, (point(str(user)),)) % len(points)][1]
    """,
    "one shard after the other": """
        from random import Random

        def shard_of(user, shards):
            chance, place = Random(user), 0
            for new in range(1, shards):
                if chance.random() < 1 / (new + 1):
                    place = new
            return place
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_rule_is_told_what_it_believes(why: str) -> None:
    assert refused("shard_of", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("why", MORE_WRONG)
def test_the_same_belief_in_other_words_is_told_the_same(why: str) -> None:
    assert refused("shard_of", MORE_WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", REFUSED)
def test_other_slips_are_refused(how: str) -> None:
    assert judged("shard_of", REFUSED[how]).kind == "wrong"


def test_one_user_who_moves_astray_is_told_as_a_story() -> None:
    story, found, words = judged("shard_of", WRONG["modulo"]).says
    assert story == "User 3 is dealt to 2 shards. Then one more shard is added."
    assert found == "Yours gave shard 1, then shard 0; expected was shard 1 still, or the new shard 2."
    assert words.startswith("A hash modulo the shards will do? It is fair as long as nobody is added.")


@pytest.mark.parametrize("seed", ["", "0", "1", "2"])
def test_the_other_process_has_another_seed_than_this_one(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", seed) if seed else monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    assert refused("shard_of", WRONG["hash_of_a_process"]) == ("wrong", "hash_of_a_process")


def test_a_rule_that_builds_a_ring_for_each_user_is_told_that_it_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_of, "CROWD_S", 0.2)
    verdict = judged(
        "shard_of",
        """
        from hashlib import md5

        def shard_of(user, shards):
            names = [(shard, n) for shard in range(shards) for n in range(200)]
            points = sorted((md5(f"{shard}/{n}".encode()).digest(), shard) for shard, n in names)
            here = md5(str(user).encode()).digest()
            return next((shard for place, shard in points if place >= here), points[0][1])
        """,
    )
    assert verdict.kind == "wrong"
    assert "what it builds for all, build once" in verdict.text


def test_a_cell_that_fails_in_another_process_is_told_so() -> None:
    verdict = judged(
        "shard_of",
        """
        import sys

        here = 1 // ("pytest" in sys.modules)  # only where the test runs

        def shard_of(user, shards):
            return 0
        """,
    )
    assert verdict.kind == "wrong"
    assert "ZeroDivisionError" in verdict.text


def test_an_answer_without_a_cell_is_not_asked_elsewhere() -> None:
    assert problem(lambda user, shards: user % shards, History(tuple(range(16)), 4, elsewhere=True)) is None


@pytest.mark.parametrize("shards", COUNTS)
def test_what_is_fair_and_calm_has_a_limit(shards: int) -> None:
    even = [user % shards for user in range(MANY)]
    assert crowded(even, shards) is None
    full = [0 if user < 1.3 * MANY / shards else place for user, place in enumerate(even)]
    assert crowded(full, shards) is not None
    history = History(tuple(range(MANY)), shards)
    new = [shards if user < 1.1 * MANY / (shards + 1) else place for user, place in enumerate(even)]
    assert moved(history, even, new) is None
    new = [shards if user < 1.3 * MANY / (shards + 1) else place for user, place in enumerate(even)]
    assert moved(history, even, new) is not None


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_rule_is_accepted(how: str) -> None:
    assert judged("shard_of", RIGHT[how]).kind == "right"
