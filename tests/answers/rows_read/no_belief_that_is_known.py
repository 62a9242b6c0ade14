# wrong

rows_read = [3001, 6001, 18001]
