# Made by `make exercises` from solutions/04_user_shards.ipynb: change it there.
import heapq


def merge_newest(sources):
    """One iterator over the rows of all sources, newest first, that takes no more than it is asked for."""
    iterators = [iter(source) for source in sources]
    waiting = []  # one row a source: (minus its ID, the source's number, the row)

    def take(number):
        row = next(iterators[number], None)
        if row is not None:
            heapq.heappush(waiting, (-row[0], number, row))

    for number in range(len(iterators)):
        take(number)
    while waiting:
        _, number, row = heapq.heappop(waiting)
        yield row
        take(number)  # only now, when somebody asks for more
