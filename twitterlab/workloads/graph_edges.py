"""What makes two columns of numbers a follow graph: the checks, each with the row it stumbled over, and the packing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from twitterlab.model import MAX_ID, Ids, InvalidGraph, Users, integer

MAX_USERS = 2**31 - 1
FEW_PIECES = 1_000
Where = Callable[[int], str]


def row_place(i: int) -> str:
    """The place of edge `i` in arrays, counted from 0."""
    return f"row {i}"


def id_column(values: Any, name: str, where: Where = row_place) -> Ids:
    """A sequence of integers as an int64 array; InvalidGraph for the first value that is missing, or none at all."""
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return arrow_column(values, name, where)
    if np.ma.is_masked(values):
        raise InvalidGraph(missing_value(where(first_place(np.ma.getmaskarray(values))), name, "masked"))
    if not hasattr(values, "dtype") or np.asarray(values).dtype == object:
        return boxed_column(values, name, where)
    array = np.asarray(values)
    if array.ndim != 1:
        raise InvalidGraph(f"{name} has {array.ndim} dimensions; one is needed")
    if len(array) and array.dtype.kind not in "iu":
        raise InvalidGraph(first_that_is_none(array, name, where))
    if array.dtype == np.uint64 and len(array) and array.max() > MAX_ID:
        raise InvalidGraph(f"{where(int(array.argmax()))}: {name} is {array.max()}, which does not fit 63 bits")
    return array.astype(np.int64, copy=False)


def arrow_column(values: Any, name: str, where: Where) -> Ids:
    """The same for Arrow's arrays, whose integers may be packed in several ways."""
    if values.null_count:
        row = first_place(values.is_null().to_numpy(zero_copy_only=False))
        raise InvalidGraph(missing_value(where(row), name, "null"))
    typed = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    return id_column(values.to_numpy() if typed else values.to_pylist(), name, where)


def first_that_is_none(array: Any, name: str, where: Where) -> str:
    """What is said of an array whose type is not of integers: of its first missing value, else of its first."""
    import pandas as pd  # it knows what counts as missing in any type, and is asked only where something is wrong

    missing = pd.isna(array)
    if missing.any():
        row = first_place(missing)
        return missing_value(where(row), name, array[row])
    return f"{where(0)}: {name} is {array[0].item()!r}, of type {array.dtype}, not an integer"


def missing_value(place: str, name: str, value: object) -> str:
    """What is said of a value that is not there."""
    return f"{place}: {name} is {value}, a missing value"


def first_place(marks: Any) -> int:
    """The first place that is marked."""
    return int(np.argmax(marks))


def boxed_column(values: Any, name: str, where: Where) -> Ids:
    """The same for Python objects, one by one."""
    try:
        objects = list(values)
    except TypeError:
        raise InvalidGraph(f"{name} is {values!r}, not a sequence of integers") from None
    numbers = [integer(value) for value in objects]
    for i, number in enumerate(numbers):
        if number is None or abs(number) > MAX_ID:
            raise InvalidGraph(object_that_is_none(where(i), name, objects[i]))
    return np.array(numbers, np.int64)


def object_that_is_none(place: str, name: str, value: Any) -> str:
    """What is said of an object that is no integer, or not there."""
    import pandas as pd

    value = value.as_py() if isinstance(value, pa.Scalar) else value
    if value is np.ma.masked or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return missing_value(place, name, value)
    return f"{place}: {name} is {value!r}, not an integer of at most 63 bits"


def check_pairs(followers: Ids, followees: Ids, where: Where = row_place, loops: bool = False) -> None:
    """InvalidGraph unless the columns are equally long, without negative IDs and (but for `loops`) self-loops."""
    if len(followers) != len(followees):
        shorter = min(len(followers), len(followees))
        raise InvalidGraph(
            f"{len(followers)} followers and {len(followees)} followees: {row_place(shorter)} is not a pair"
        )
    refuse_first_wrong((followers, followees), lambda side: side < 0, where, "is negative")
    if not loops and (same := followers == followees).any():
        i = int(same.argmax())
        raise InvalidGraph(f"{where(i)}: user {followers[i]} follows themselves")


def refuse_first_wrong(sides: tuple[Ids, Ids], wrong: Callable[[Ids], Any], where: Where, why: str) -> None:
    """InvalidGraph for the first row in which one of the two IDs is wrong, if there is any."""
    marks = [wrong(side) for side in sides]
    if (either := marks[0] | marks[1]).any():
        i = int(either.argmax())
        name, side = ("follower", sides[0]) if marks[0][i] else ("followee", sides[1])
        raise InvalidGraph(f"{where(i)}: {name} {side[i]} {why}")


def check_users(followers: Ids, followees: Ids, users: Any, where: Where = row_place) -> int:
    """The number of users, as given or as the highest ID says; InvalidGraph with the row where an ID is too high."""
    if users is None:
        return users_by_highest_id(followers, followees, where)
    count = integer(users)
    if count is None or not 1 <= count <= MAX_USERS:
        raise InvalidGraph(f"users is {users!r}: it must be an integer from 1 to {MAX_USERS}")
    refuse_first_wrong((followers, followees), lambda side: side >= count, where, f"is not below users, {count}")
    return count


def users_by_highest_id(followers: Ids, followees: Ids, where: Where) -> int:
    """The highest ID + 1; InvalidGraph where there is none, or where it says far more users than ever occur."""
    if not len(followers):
        raise InvalidGraph("there are no follows: pass users=, the number of users")
    side = followers if followers.max() > followees.max() else followees
    top = int(side.max())
    if top >= 100 + 20 * len(side) or top + 1 > 100 + 10 * count_distinct_ids(followers, followees, top):
        raise InvalidGraph(
            f"{where(int(side.argmax()))}: ID {top} is too sparse, few of the IDs below it occur: "
            "pass users=, or relabel=True when reading"
        )
    return top + 1


def count_distinct_ids(followers: Ids, followees: Ids, top: int) -> int:
    """How many IDs occur, none of them above `top`."""
    seen = np.zeros(top + 1, bool)
    seen[followers] = seen[followees] = True
    return int(seen.sum())


def pack_follows(followers: Ids, followees: Ids | Users) -> Ids:
    """Both columns as one, follower << 32 | followee, whose order is that of the pairs."""
    return followers << 32 | followees


def compressed_rows(keys: Ids, users: int) -> tuple[Ids, Users]:
    """Row starts and rows of packed keys, which are sorted."""
    starts = np.searchsorted(keys, np.arange(users + 1, dtype=np.int64) << 32)
    return starts.astype(np.int64, copy=False), (keys & 0xFFFFFFFF).astype(np.int32)


def turned_rows(starts: Ids, entries: Users) -> tuple[Ids, Users]:
    """The same follows the other way round, sorted: a count of each entry, and one pass that puts them in place."""
    from scipy.sparse import csr_array

    users = len(starts) - 1
    ones = np.ones(len(entries), np.int8)
    columns = csr_array((ones, entries, starts), shape=(users, users)).tocsc()
    return columns.indptr.astype(np.int64), columns.indices.astype(np.int32, copy=False)


def sorted_once(keys: Ids) -> Ids:
    """The keys sorted, in place if at all, and each once; fast where they are sorted already, or in a few pieces."""
    steps = np.count_nonzero(keys[1:] < keys[:-1])
    if steps:
        keys.sort(kind="stable" if steps < FEW_PIECES else "quicksort")
    fresh = keys[1:] != keys[:-1]
    return keys if fresh.all() else np.concatenate([keys[:1], keys[1:][fresh]])
