# wrong: chance

homes = {}


def shard_of(user, shards):
    return homes.setdefault(user, len(homes)) % shards
