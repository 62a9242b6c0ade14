# Made by `make exercises` from solutions/01_one_table.ipynb: change it there.
rows_read = ...  # three whole numbers
# your answer in place of the dots
