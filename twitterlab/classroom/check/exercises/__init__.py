"""The exercises, one a file: what each asks of an answer. Their words are in the files `NN.toml` beside them."""
