# error
#
# User 0 is dealt to 64 shards. Then one more shard is added.
#
# …
#
# IndexError…

from functools import cache
from hashlib import blake2b


@cache
def draws(user):
    return [blake2b(f"{user}/{shard}".encode(), digest_size=8).digest() for shard in range(64)]


def shard_of(user, shards):
    mine = draws(user)
    return max(range(shards), key=lambda shard: mine[shard])
