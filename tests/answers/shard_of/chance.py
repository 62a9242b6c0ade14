# wrong: chance

import random

homes = {}


def shard_of(user, shards):
    if (user, shards) not in homes:
        homes[user, shards] = random.randrange(shards)
    return homes[user, shards]
