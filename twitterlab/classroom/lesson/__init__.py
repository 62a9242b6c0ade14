"""What a lesson shows: guesses, quizzes, panels and pictures."""
