# wrong: chance
#
# Users 0 to 9,980, one in 499, 1,000,000,000,000 and 1,152,921,504,606,846,976 are dealt to 13 shards. A process…
#
# …

from hashlib import md5
from os import getpid


def shard_of(user, shards):
    salt = getpid() if user >= 5_000 else ""
    return max(range(shards), key=lambda shard: md5(f"{user} {shard} {salt}".encode()).digest())
