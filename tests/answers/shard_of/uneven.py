# wrong: uneven

from hashlib import md5


def point(name):
    return int(md5(name.encode()).hexdigest(), 16)


def shard_of(user, shards):
    here = point(f"user {user}")
    ring = sorted((point(f"shard {shard}"), shard) for shard in range(shards))
    return next((shard for place, shard in ring if place >= here), ring[0][1])
