"""What only a lesson or an exercise needs: `from twitterlab.classroom import architecture, bars, check, hint, …`."""

from twitterlab.classroom.check.check import check
from twitterlab.classroom.check.reply import hint, solution
from twitterlab.classroom.course.progress_map import progress as my_progress
from twitterlab.classroom.lesson.architecture import architecture
from twitterlab.classroom.lesson.predict import predict, reveal
from twitterlab.classroom.lesson.quiz import quiz
from twitterlab.figures.charts import bars, lines

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
