# wrong: modulo
#
# User 3 is dealt to 2 shards. Then one more shard is added.
#
# Yours gave shard 1, then shard 0; expected was shard 1 still, or the new shard 2.
#
# A hash modulo the shards will do? It is fair as long as nobody is added.…


def shard_of(user, shards):
    return user % shards
