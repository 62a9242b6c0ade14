"""What stages are made of: one idea a file."""
