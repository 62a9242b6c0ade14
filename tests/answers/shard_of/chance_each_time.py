# wrong: any

import random


def shard_of(user, shards):
    return random.randrange(shards)
