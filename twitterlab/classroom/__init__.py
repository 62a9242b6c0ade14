"""What only a lesson or an exercise needs: `from twitterlab.classroom import architecture, bars, check, hint, …`."""

from twitterlab.classroom.architecture import architecture
from twitterlab.classroom.charts import bars, lines
from twitterlab.classroom.check import check
from twitterlab.classroom.predict import predict, reveal
from twitterlab.classroom.progress_map import progress as my_progress
from twitterlab.classroom.quiz import quiz
from twitterlab.classroom.reply import hint, solution

__all__ = [
    "architecture",
    "bars",
    "check",
    "hint",
    "lines",
    "my_progress",
    "predict",
    "quiz",
    "reveal",
    "solution",
]
