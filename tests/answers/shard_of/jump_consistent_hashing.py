# right

# J. Lamping and E. Veach, A Fast, Minimal Memory, Consistent Hash Algorithm, 2014
def shard_of(user, shards):
    key, place, jump = user, -1, 0
    while jump < shards:
        place = jump
        key = (key * 2862933555777941757 + 1) % 2**64
        jump = int((place + 1) * (2**31 / ((key >> 33) + 1)))
    return place
