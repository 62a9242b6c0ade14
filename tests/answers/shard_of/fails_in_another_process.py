# wrong
#
# …ZeroDivisionError…

import sys

here = 1 // ("pytest" in sys.modules)  # only where the test runs


def shard_of(user, shards):
    return 0
