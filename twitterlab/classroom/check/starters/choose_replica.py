# Made by `make exercises` from solutions/03_read_replicas.ipynb: change it there.
def choose_replica(positions, at_least, turn):
    """The number of a replica that has applied `at_least`, another one each turn; None where no replica has."""
    pass  # your code here
