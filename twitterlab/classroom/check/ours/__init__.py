"""Our answers to the exercises, a file each: `make exercises` makes them from the notebooks in solutions/."""
