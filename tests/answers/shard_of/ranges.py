# wrong: ranges


def shard_of(user, shards):
    width = 10_000 / shards
    return min(int(user / width), shards - 1)
