"""The learner's own copy of the course: files, answers and progress."""
