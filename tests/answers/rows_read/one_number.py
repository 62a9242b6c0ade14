# wrong
#
# …a list of three whole numbers was asked for…

rows_read = 3000
