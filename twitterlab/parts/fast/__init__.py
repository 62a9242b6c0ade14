"""The fast paths of stages 6 and 7, which a reader of the code may leave out."""
