# wrong: own_follows

rows_read = []
for tweets in [1000, 4000, 16000]:
    rows_read = rows_read + [10 + tweets]
