"""What is asked of the stages together: the tour, the policies compared, the estimate."""
