"""The exercises, one a file: what each asks of an answer. Their words are in `course/exercise_texts/`."""
