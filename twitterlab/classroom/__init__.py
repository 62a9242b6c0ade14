"""What only a lesson needs: `from twitterlab.classroom import architecture, bars, lines, predict, quiz, reveal`."""

from twitterlab.classroom.architecture import architecture
from twitterlab.classroom.charts import bars, lines
from twitterlab.classroom.predict import predict, reveal
from twitterlab.classroom.quiz import quiz

__all__ = [
    "architecture",
    "bars",
    "lines",
    "predict",
    "quiz",
    "reveal",
]
