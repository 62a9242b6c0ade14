# wrong

rows_read = [18000, 6000, 3000]
