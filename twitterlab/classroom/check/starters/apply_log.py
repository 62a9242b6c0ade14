# Made by `make exercises` from solutions/03_read_replicas.ipynb: change it there.
def apply_log(position, entries, apply):
    """The position of the last change that is applied now: every one that this batch allows, in order, each once."""
    pass  # your code here
