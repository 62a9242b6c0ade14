"""Who gives a workshop: handout, front page and class summary."""
