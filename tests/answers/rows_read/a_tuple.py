# wrong
#
# Your answer is (3000, 6000, 18000), and a list of three whole numbers was asked for.

rows_read = (3_000, 6_000, 18_000)
