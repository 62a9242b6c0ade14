# wrong: uneven


def shard_of(user, shards):
    return max(range(shards), key=lambda shard: (user * 31 + shard * 17) % 101)
