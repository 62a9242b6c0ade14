"""The exercises' cells as a learner gets them, made by `make exercises`: an answer that is one was not begun."""
