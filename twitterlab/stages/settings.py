"""The settings of stages 4 to 7: each is named once, with its type, its default and what it says.

A stage takes its kind of settings as `**settings: Unpack[...]`. `takes_settings` before its `__init__` completes them
with their defaults, refuses those that the stage has not, and shows all of them in its signature.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, get_annotations, signature
from typing import Annotated, Any, Literal, TypedDict, TypeVar, cast, get_args, get_type_hints

from twitterlab.parts.cache.eviction import LRU, EvictionPolicy
from twitterlab.parts.feeds.policy import PushPullPolicy
from twitterlab.parts.store.sharding import MergeStreams, ShardRule, merge_newest, shard_of

Init = TypeVar("Init", bound=Callable[..., None])


class ShardSettings(TypedDict, total=False):
    """What every stage with shards can be told; the default stands behind each type."""

    shards: Annotated[int | None, None]  # None: as many as are stored, four in a new system
    shard_of: Annotated[ShardRule, shard_of]  # which shard keeps a user
    merge: Annotated[MergeStreams, merge_newest]  # how the shards' answers become one page
    counting: Annotated[bool, True]  # whether DuckDB's profile counts the rows


class UserShardSettings(ShardSettings, total=False):
    """Those of stage 4."""

    shard_by: Annotated[Literal["user", "tweet"], "user"]


class CacheSettings(ShardSettings, total=False):
    """Those of stage 5."""

    cache_tweets: Annotated[int, 100_000]  # the room in the tweet cache
    cache: Annotated[Callable[[int], EvictionPolicy], LRU]  # which tweet leaves it


class FeedSettings(CacheSettings, total=False):
    """Those of stage 6."""

    feed_length: Annotated[int, 100]  # tweets that a feed holds
    active_days: Annotated[float, 30]  # who has read nothing for so long gets no deliveries
    backlog: Annotated[int, 100_000]  # messages past which a writer handles some itself
    attempts: Annotated[int, 3]  # failures after which a message is set aside
    fast_paths: Annotated[bool, True]  # False: one message and one tweet at a time, with the same answers


class HybridSettings(FeedSettings, total=False):
    """Those of stage 7."""

    threshold: Annotated[int, 10_000]  # followers from which on an author is pulled
    policy: Annotated[PushPullPolicy | None, None]  # None: by the threshold


def takes_settings(settings: type) -> Callable[[Init], Init]:
    """Let an `__init__` take these settings: completed by their defaults, refused by name, shown by `help`.

    The defaults are kept where Python keeps those of keyword arguments, in `__kwdefaults__`.
    """
    defaults, shown = defaults_in(settings), parameters_in(settings)

    def decorate(init: Init) -> Init:
        own = signature(init)
        first = [each for each in own.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]

        @wraps(init)
        def complete(self: object, *arguments: Any, **given: Any) -> None:
            known: dict[str, Any] = wrapped.__kwdefaults__
            if unknown := [name for name in given if name not in known and name not in own.parameters]:
                raise TypeError(f"{type(self).__name__} has no setting {unknown[0]!r}; it has {', '.join(known)}")
            init(self, *arguments, **{**known, **given})

        wrapped: Any = complete
        wrapped.__kwdefaults__ = defaults
        wrapped.__signature__ = own.replace(parameters=[*first, *shown])
        return cast(Init, wrapped)

    return decorate


def defaults_in(settings: type) -> dict[str, Any]:
    """Each setting's default by its name."""
    hints = get_type_hints(settings, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items()}


def parameters_in(settings: type) -> list[Parameter]:
    """The settings as the keyword parameters of a signature, their types as they are written here."""
    types, kind = get_annotations(settings), Parameter.KEYWORD_ONLY
    return [
        Parameter(name, kind, default=default, annotation=written_type(types[name].__forward_arg__))
        for name, default in defaults_in(settings).items()
    ]


def written_type(annotated: str) -> str:
    """The type in `Annotated[type, default]`."""
    return annotated.removeprefix("Annotated[").rpartition(", ")[0]
