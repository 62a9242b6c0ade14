"""One widget a lesson: `from twitterlab.classroom import panels`, then `panels.layout()` and so on."""

from twitterlab.classroom.panels.layout import layout

__all__ = ["layout"]
