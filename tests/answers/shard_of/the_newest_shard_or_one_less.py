# right

from hashlib import sha256


def shard_of(user, shards):
    if shards == 1:
        return 0
    drawn = int.from_bytes(sha256(f"{user} {shards}".encode()).digest()[:8], "big")
    return shards - 1 if drawn * shards < 2**64 else shard_of(user, shards - 1)
