"""The exercise engine; what it asks lies in `lessons`, a folder for each lesson, and is found there.

In a notebook: `from graphrec_utils.exercises import arrange, check, predict, progress, remember`.
"""

from graphrec_utils.exercises.card import check
from graphrec_utils.exercises.dashboard import progress
from graphrec_utils.exercises.find import get, of_lesson
from graphrec_utils.exercises.parsons import arrange
from graphrec_utils.exercises.predict import predict
from graphrec_utils.exercises.remember import remember

__all__ = ["arrange", "check", "get", "of_lesson", "predict", "progress", "remember"]
