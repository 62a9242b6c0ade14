# right

from random import Random


def shard_of(user, shards):
    chance, place = Random(user), 0
    for new in range(1, shards):
        if chance.random() < 1 / (new + 1):
            place = new
    return place
