# wrong: chance

from itertools import count

turns = count()


def shard_of(user, shards):
    return next(turns) % shards
