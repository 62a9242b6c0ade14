"""The learner's own timeline: their parts put together and held to the oracle."""
