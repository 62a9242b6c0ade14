# wrong


def shard_of(user, shards):
    return user % 2 == 1 and shards > 1
