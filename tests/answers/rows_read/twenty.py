# wrong: twenty

rows_read = [20, 20, 20]
