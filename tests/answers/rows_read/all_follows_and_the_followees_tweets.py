# wrong: followees_only

rows_read = [2050, 2200, 2800]
