# wrong
#
# …dealt to 8 shards. Then one more shard is added.
#
# Yours gave…

from hashlib import md5


def shard_of(user, shards):
    salt = shards if shards > 8 else 8
    return max(range(shards), key=lambda shard: md5(f"{user} {shard} {salt}".encode()).digest())
