"""A part's source in a notebook, taken from the package and never pasted, so that it is what runs."""

from __future__ import annotations

import inspect
from typing import Any


def source(part: Any) -> Any:
    """The code of a function or class as it stands in the package, coloured, under the name of its file."""
    from IPython.display import Markdown

    module = inspect.getmodule(part)
    if module is None or not module.__name__.startswith("twitterlab."):
        raise ValueError(f"{part!r} is not a part of twitterlab")
    path = module.__name__.replace(".", "/") + ".py"
    return Markdown(f"`{path}`\n\n```python\n{inspect.getsource(part).rstrip()}\n```")  # type: ignore[no-untyped-call]
