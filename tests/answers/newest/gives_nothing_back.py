# wrong
#
# …returned None…


def newest(table, authors, before, limit):
    sorted(table)
