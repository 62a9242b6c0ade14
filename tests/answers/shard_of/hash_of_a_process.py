# wrong: hash_of_a_process


def shard_of(user, shards):
    return hash(str(user)) % shards
