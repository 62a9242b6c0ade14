# right

from functools import total_ordering


@total_ordering
class Cost:
    def __init__(self, times, each):
        self.total = times * each

    def __eq__(self, other):
        return self.total == other.total

    __hash__ = None

    def __lt__(self, other):
        return self.total < other.total


def push_edge(posts, views, followers, push, pull):
    return Cost(posts, push) <= Cost(views, pull)
