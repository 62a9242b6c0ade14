# wrong

rows_read = [3000, 6000, 16000]
