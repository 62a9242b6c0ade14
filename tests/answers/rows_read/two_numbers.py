# wrong
#
# …Three whole numbers are asked for…

rows_read = [3000, 6000]
