# wrong
#
# …Three whole numbers are asked for…

rows_read = []
