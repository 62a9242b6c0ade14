# wrong


def shard_of(user, shards):
    return user % shards + 1
