# not attempted

rows_read = ...  # three whole numbers
