"""Figures: HTML with alt text and the finding as caption in a notebook, the same words as plain text, a PNG on a page.

JupyterLab shows no alternative text for a bare PNG output, so a figure in a notebook is never one.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twitterlab.figures.palette import PAPER, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LESSON_DPI, PAGE_DPI = 110, 150  # a page of measurements is looked at more closely


@dataclass(frozen=True)
class Picture:
    """A figure as a notebook's output keeps it; `png` is also what a page's file holds."""

    png: bytes
    alt: str
    caption: str

    @property
    def html(self) -> str:
        """The figure as HTML: its paper stays white in a dark theme, and its caption takes the theme's ink."""
        picture = base64.b64encode(self.png).decode()
        image = (
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}" '
            f'style="max-width:100%;border-radius:6px">'
        )
        return f'<figure style="margin:0">{image}<figcaption>{html.escape(self.caption)}</figcaption></figure>'

    @property
    def text(self) -> str:
        """The figure in words: the finding, then what is drawn."""
        return f"{self.caption}\n{self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def canvas(width: float = 8.0, height: float = 3.6) -> Figure:
    """An empty figure in the course's style, in inches; draw on it inside `with styled():`."""
    from matplotlib.figure import Figure

    with styled():
        return Figure(figsize=(width, height), facecolor=PAPER)


def show(figure: Figure, alt: str, caption: str, dpi: int = LESSON_DPI) -> Picture:
    """A matplotlib figure with words for who does not see it (`alt`) and the finding (`caption`).

    Its background is white in light and dark themes, so that its ink is always read on the ground it was drawn for.
    Nothing in the PNG says when or by what it was made, so the same drawing gives the same bytes.
    """
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="png", dpi=dpi, facecolor=PAPER, metadata={"Software": None})
    return Picture(buffer.getvalue(), alt, caption)
