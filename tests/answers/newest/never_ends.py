# error
#
# …did not end…


def newest(table, authors, before, limit):
    while True:
        try:
            list(table)
        except Exception:
            break
