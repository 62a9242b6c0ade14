# wrong: twenty

rows_read = [2020, 2020, 2020]
