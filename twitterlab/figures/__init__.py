"""The one drawing stack: palette, figure, charts, and the picture of the tour; a notebook imports from here."""

from twitterlab.figures.charts import bars, lines
from twitterlab.figures.figure import canvas, show
from twitterlab.figures.palette import COLOURS, styled, tint
from twitterlab.figures.tour import tour_picture

__all__ = ["COLOURS", "bars", "canvas", "lines", "show", "styled", "tint", "tour_picture"]
