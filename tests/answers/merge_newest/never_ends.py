# wrong
#
# …
#
# Yours gave t1, t1, t1, t1; expected was t1.…


def merge_newest(sources):
    rows = sorted((row for source in sources for row in source), reverse=True)
    while rows:
        yield from rows
