"""What an answer remembers from one call to the next, by the names that its cell gave to the places."""

from __future__ import annotations

import contextlib
import re
import types
from collections.abc import Iterator
from typing import Any

from twitterlab.classroom.check.cells import Silent
from twitterlab.classroom.check.guard import short_repr

UNCHANGING = (types.ModuleType, types.BuiltinFunctionType, Silent)
ADDRESS = re.compile(r"\b0x[0-9a-f]+\b")
DEEP = 3  # functions within functions that are looked into


def changed_places(used: types.ModuleType, fresh: types.ModuleType) -> list[str]:
    """The places in a module that was used which hold something else than in one that was made from the same cell."""
    before = dict(places_of(fresh))
    return [place for place, shown in places_of(used) if before.get(place) != shown]


def places_of(module: types.ModuleType) -> Iterator[tuple[str, str]]:
    """Every place in a module that can hold something between two calls, with what it holds, as text."""
    for name, value in list(vars(module).items()):
        if not name.startswith("__") and not isinstance(value, UNCHANGING):
            yield from places_in(name, value, module.__name__)


def places_in(name: str, value: Any, home: str, deep: int = DEEP) -> Iterator[tuple[str, str]]:
    """The places in one value of a module: itself, or what hangs on a function or class."""
    if isinstance(value, type):
        if value.__module__ == home:
            yield from attribute_places(name, vars(value), home)
        return
    if hasattr(value, "cache_info"):
        yield f"the cache of {name}", str(value.cache_info().currsize)
        value = getattr(value, "__wrapped__", value)
    if not isinstance(value, types.FunctionType):
        yield f"`{name}`", state_text(value)
    elif deep and value.__module__ == home:
        yield from function_places(name, value, home, deep - 1)


def attribute_places(name: str, attributes: Any, home: str) -> Iterator[tuple[str, str]]:
    """The places in the attributes of a class."""
    for key, value in list(attributes.items()):
        if key.startswith("__") and not isinstance(value, types.FunctionType):
            continue
        yield from places_in(f"{name}.{key}", getattr(value, "__func__", value), home)


def function_places(name: str, function: types.FunctionType, home: str, deep: int) -> Iterator[tuple[str, str]]:
    """The places in a function: its defaults, its own attributes, and the variables that it closes over."""
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield f"a default argument of {name}", state_text(value)
    for key, value in vars(function).items():
        if key != "__wrapped__":
            yield f"`{name}.{key}`", state_text(value)
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # of a variable that holds nothing yet
            yield from places_in(variable, cell.cell_contents, home, deep)


def state_text(value: Any) -> str:
    """A value as text that changes where its content does, whatever its address; of an object, with its attributes."""
    inside = getattr(value, "__dict__", None)
    shown = value if inside is None or isinstance(value, type) else (type(value).__name__, inside, str(value))
    return ADDRESS.sub("", short_repr(shown, 100_000))
