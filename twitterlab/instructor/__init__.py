"""Who gives a workshop: handout, front page, grading and class summary."""
