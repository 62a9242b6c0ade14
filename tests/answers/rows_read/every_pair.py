# wrong: every_pair

rows_read = [2000 * 1000, 2000 * 4000, 2000 * 16000]
