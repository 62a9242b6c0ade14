# wrong: hash_of_a_process


def shard_of(user, shards):
    return max(range(shards), key=lambda shard: hash(f"{user} on {shard}"))
