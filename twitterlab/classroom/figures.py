"""Figures in a notebook: HTML with alt text and the finding as caption, and the same words as plain text.

JupyterLab shows no alternative text for a bare PNG output, so a figure is never one.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Shown:
    """A figure as a notebook's output keeps it."""

    png: bytes
    alt: str
    caption: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        picture = base64.b64encode(self.png).decode()
        image = f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}" style="max-width:100%">'
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>"
        return {
            "text/html": f'<figure style="margin:0">{image}{caption}</figure>',
            "text/plain": f"{self.caption}\n{self.alt}",
        }


def show(figure: Figure, alt: str, caption: str) -> Shown:
    """A matplotlib figure with words for who does not see it (`alt`) and the finding (`caption`).

    Its background is white in light and dark themes, so that its ink is always read on the ground it was drawn for.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, facecolor="white", metadata={"Software": None})
    return Shown(buffer.getvalue(), alt, caption)
