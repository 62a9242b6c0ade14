"""The cache of tweets before the shards, and which tweet leaves it."""
