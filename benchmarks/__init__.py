"""Speed measured beside other systems, not installed: `python -m benchmarks PART` in a clone."""
