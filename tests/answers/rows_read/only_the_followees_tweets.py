# wrong: followees_only

rows_read = [50, 200, 800]
