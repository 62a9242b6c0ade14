"""Benchmarks: how far one process goes, side by side with what a learner would use instead, in one run."""
