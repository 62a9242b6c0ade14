"""Holding a timeline to random histories: the smallest that goes wrong, as a story, and the part to blame."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from twitterlab.classroom.capstone.history import History, draw_history
from twitterlab.classroom.capstone.parts import NAMES, Parts, assemble_parts, line_in, part_file
from twitterlab.classroom.capstone.replay import Differs, Replay, single_table
from twitterlab.classroom.check import guard

HISTORIES, SEED = 30, 7
REPLAYS = 120  # of a history that goes wrong, to make it small
HISTORY_S = 30.0  # on a busy machine
ENDLESS = "Then something did not end, and was stopped."


class Failure(NamedTuple):
    """What went wrong in a history: its story up to there, what is said of it, and the part that an error came from."""

    told: tuple[str, ...]
    says: str
    part: str | None = None
    steps: int = 0  # that were done


@dataclass(frozen=True)
class Finding:
    """The smallest history found on which a timeline goes wrong; `blame` names the parts that are behind it."""

    history: History
    story: tuple[str, ...]
    says: str
    blame: tuple[str, ...]
    advice: str

    @property
    def text(self) -> str:
        """The story, what went wrong, and where to look."""
        return "\n".join([*self.story, self.says, self.advice])

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        steps = "".join(f"<li>{html.escape(line)}</li>" for line in self.story)
        words = "".join(f"<p>{html.escape(line)}</p>" for line in (self.says, self.advice))
        return {"text/html": f"<ol>{steps}</ol>{words}", "text/plain": self.text}


def find_failure(
    parts: Parts, histories: int = HISTORIES, seed: int = SEED, *, ours: Parts | None = None
) -> Finding | None:
    """Replay random histories with these parts; None where all of them go right.

    The same seed replays the same histories. What goes wrong is made small, and each part is tried again with the one
    of `ours` in its place, so that the part to blame is named.
    """
    for number in range(histories):
        history = draw_history(seed, number)
        if failed := replay_failure(parts, history):
            history = history._replace(steps=history.steps[: failed.steps])
            if failed.says != ENDLESS:
                history = smallest_history(history, lambda smaller: replay_failure(parts, smaller) is not None)
            failed = replay_failure(parts, history) or failed
            return Finding(
                history, failed.told, failed.says, *parts_to_blame(history, parts, ours or all_ours(), failed)
            )
    return None


@lru_cache(1)
def all_ours() -> Parts:
    """Our part in every place."""
    return assemble_parts(None).parts


def replay_failure(parts: Parts, history: History) -> Failure | None:
    """What goes wrong when a history is replayed, or None."""
    replay = Replay(history)
    try:
        with guard.time_limit(HISTORY_S):
            replay.run(parts)
    except Differs as differs:
        said: tuple[str, str | None] = str(differs), None
    except guard.Stopped:
        single_table.cache_clear()  # it may have been stopped in the middle of a statement
        said = ENDLESS, None
    except (Exception, SystemExit) as error:
        said = error_words(error)
    else:
        return None
    return Failure(tuple(replay.told), *said, replay.done)


def error_words(error: BaseException) -> tuple[str, str | None]:
    """An error in words, and the part that it came from where that is seen from its file."""
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    for name in NAMES:
        if line := line_in(part_file(name), error):
            return f"Then {name} stopped in its line {line}. {words}.", name
    return f"Then came an error. {words}.", None


# Making a history small


def smallest_history(history: History, fails: Callable[[History], bool]) -> History:
    """A history that still fails; if the replays suffice, it does not without any one of its steps."""
    left = iter(range(REPLAYS))
    if history.network and fails(calm := history._replace(network=0)):
        history = calm
    for field in ("steps", "follows", "steps"):
        for size in halved_sizes(len(getattr(history, field))):
            for start in reversed(range(0, len(getattr(history, field)), size)):
                whole = getattr(history, field)
                smaller = history._replace(**{field: whole[:start] + whole[start + size :]})
                if next(left, None) is not None and fails(smaller):
                    history = smaller
    return history


def halved_sizes(n: int) -> Iterator[int]:
    """A half of n, a quarter, down to 1."""
    while n > 1:
        n //= 2
        yield n


# Whose fault it is


def parts_to_blame(history: History, parts: Parts, ours: Parts, failed: Failure) -> tuple[tuple[str, ...], str]:
    """The parts behind a failure, and what to do, in a sentence."""
    if failed.part:
        return (failed.part,), f"Look at your {failed.part}."
    theirs = [name for name in NAMES if getattr(parts, name) is not getattr(ours, name)]
    cures = [name for name in theirs if not replay_failure(with_part_of(parts, ours, name), history)]
    if cures:
        named = " or ".join(cures)
        return tuple(cures), f"With our {named} in the place of yours, all of this goes right. Look there."
    alone = [name for name in theirs if replay_failure(with_part_of(ours, parts, name), history)]
    if alone:
        return tuple(alone), f"More than one part goes wrong here. Each of these does by itself: {', '.join(alone)}."
    return (), "No part goes wrong by itself here: several of them do not fit together."


def with_part_of(parts: Parts, others: Parts, name: str) -> Parts:
    """Parts, but with that of the others in one place."""
    changed: dict[str, Any] = {name: getattr(others, name)}
    return replace(parts, **changed)
