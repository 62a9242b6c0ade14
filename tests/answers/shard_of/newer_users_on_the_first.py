# wrong
#
# Users 10,000 to 19,999…
#
# …

from hashlib import blake2b


def shard_of(user, shards):
    draws = [blake2b(f"{user}/{shard}".encode(), digest_size=8).digest() for shard in range(shards)]
    return draws.index(max(draws)) if user < 10_000 or shards < 3 else 0
