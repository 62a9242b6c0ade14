"""What only a lesson needs: `from twitterlab.classroom import architecture, bars, lines, predict, quiz, reveal, …`."""

from twitterlab.classroom.architecture import architecture
from twitterlab.classroom.charts import bars, lines
from twitterlab.classroom.code import source
from twitterlab.classroom.figures import canvas, show
from twitterlab.classroom.palette import COLOURS, styled, tint
from twitterlab.classroom.predict import predict, reveal
from twitterlab.classroom.quiz import quiz

__all__ = [
    "COLOURS",
    "architecture",
    "bars",
    "canvas",
    "lines",
    "predict",
    "quiz",
    "reveal",
    "show",
    "source",
    "styled",
    "tint",
]
