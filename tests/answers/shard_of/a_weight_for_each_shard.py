# right

from hashlib import blake2b


def shard_of(user, shards):
    def weight(shard):
        return blake2b(f"{user} on {shard}".encode()).digest()

    return max(range(shards), key=weight)
