"""A panel: controls over a picture that answers them; how every widget of the course is made.

Its default state travels with the notebook as HTML and as text, so a reader without a kernel sees what it is about, and
a check of the notebook's outputs compares it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from twitterlab.figures.figure import Picture


@dataclass(frozen=True)
class State:
    """What a panel shows for one setting of its controls: the finding in a sentence, a figure, a table of numbers."""

    finding: str
    figure: Picture | None = None
    numbers: Mapping[str, str] | None = None

    @property
    def html(self) -> str:
        """The state for a notebook's output; colours are the theme's own."""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:right">{html.escape(value)}</td></tr>'
            for name, value in (self.numbers or {}).items()
        )
        table = f"<table>{rows}</table>" if rows else ""
        return f"<p>{html.escape(self.finding)}</p>{table}{self.figure.html if self.figure else ''}"

    @property
    def text(self) -> str:
        """The same in words."""
        table = [f"{name}: {value}" for name, value in (self.numbers or {}).items()]
        return "\n".join([self.finding, *table, *([self.figure.text] if self.figure else [])])


class Panel(widgets.VBox):
    """Controls, and below them what `draw` makes of their values; it is drawn anew whenever one of them moves.

    `draw` is called with the controls' values by their names. The bundle that a notebook keeps is of the default state,
    whatever the learner has moved since.
    """

    def __init__(self, title: str, controls: Mapping[str, Any], draw: Callable[..., State]) -> None:
        self.title, self.controls, self.draw = title, dict(controls), draw
        self.view = widgets.HTML()
        first = self.state()
        self.default = self._default_bundle(first)
        for control in self.controls.values():
            control.style.description_width = "initial"
            if isinstance(control, widgets.ToggleButtons):
                control.style.button_width = "auto"
            control.layout.width = "100%"
            control.layout.max_width = "560px"
            control.observe(self._redraw, "value")
        super().__init__([widgets.HTML(f"<b>{html.escape(title)}</b>"), *self.controls.values(), self.view])
        self.add_class("twitterlab-panel")
        self._show_state(first)

    def state(self) -> State:
        """What the controls' values give now."""
        return self.draw(**{name: control.value for name, control in self.controls.items()})

    def _redraw(self, _: object) -> None:
        self._show_state(self.state())

    def _show_state(self, state: State) -> None:
        self.view.value = f'<div role="status">{state.html}</div>'

    def _default_bundle(self, state: State) -> dict[str, str]:
        settings = [f"{control.description} {shown_value(control)}" for control in self.controls.values()]
        line = "; ".join(settings)
        return {
            "text/html": f"<p><b>{html.escape(self.title)}</b><br>{html.escape(line)}</p>{state.html}",
            "text/plain": f"{self.title}\n{line}\n{state.text}",
        }

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**kwargs), **self.default}


def shown_value(control: Any) -> str:
    """A control's value as it is shown: of a choice its label."""
    return str(getattr(control, "label", None) or control.value)
