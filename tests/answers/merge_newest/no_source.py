# error
#
# …There is no source: the reader follows nobody.…


def merge_newest(sources):
    waiting = [next(source, None) for source in sources]
    newest = waiting[0]
    while any(waiting):
        number = max((n for n, row in enumerate(waiting) if row), key=lambda n: waiting[n][0])
        yield waiting[number]
        waiting[number] = next(sources[number], None)
