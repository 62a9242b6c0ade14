# wrong
#
# …Three whole numbers are asked for…

rows_read = [3000, 6000, 18000, 66000]
