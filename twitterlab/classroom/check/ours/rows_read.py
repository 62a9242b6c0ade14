# Made by `make exercises` from solutions/01_one_table.ipynb: change it there.
rows_read = ...  # three whole numbers
follows = 200 * 10  # no order and no index: all of them, whoever asks
rows_read = [follows + tweets for tweets in (1_000, 4_000, 16_000)]
