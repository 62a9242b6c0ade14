"""A widget that is committed as words: what a fresh clone, a reader without a kernel and a comparison see of it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets


class Bundled(widgets.VBox):
    """A box of widgets whose committed form is `bundle`, by MIME type: it holds whatever the learner does."""

    def __init__(self, children: list[Any], bundle: dict[str, str]) -> None:
        super().__init__(children)
        self.bundle = bundle

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**kwargs), **self.bundle}
