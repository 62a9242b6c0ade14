"""Tools of whoever writes the course; not installed."""
