# Made by `make exercises` from solutions/01_one_table.ipynb: change it there.
feed_sql = ...  # a string with one SELECT
# your answer in place of the dots
