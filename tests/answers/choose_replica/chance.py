# wrong: any_will_do

from random import Random

chance = Random(5)


def choose_replica(positions, at_least, turn):
    fresh = [n for n, position in enumerate(positions) if position >= at_least]
    return chance.choice(fresh) if fresh else None
