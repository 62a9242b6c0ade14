# wrong: chance

from random import Random

chance = Random(1)
homes = {}


def shard_of(user, shards):
    return homes.setdefault((user, shards), chance.randrange(shards))
