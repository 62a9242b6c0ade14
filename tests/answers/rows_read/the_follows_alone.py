# wrong

rows_read = [2000, 2000, 2000]
