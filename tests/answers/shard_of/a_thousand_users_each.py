# wrong: ranges


def shard_of(user, shards):
    return min(user // 1_000, shards - 1)
