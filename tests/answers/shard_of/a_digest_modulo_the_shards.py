# wrong: modulo

import hashlib


def shard_of(user, shards):
    digest = hashlib.sha256(str(user).encode()).hexdigest()
    return int(digest, 16) % shards
