# wrong: any
#
# Users 1,152,921,504,606,846,976 to 1,152,921,504,606,856,975 are dealt to…
#
# …

from hashlib import blake2b


def shard_of(user, shards):
    return max(range(shards), key=lambda shard: blake2b(f"{float(user)} {shard}".encode()).digest())
