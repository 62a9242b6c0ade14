# wrong
#
# …One SELECT is asked for…

feed_sql = """"""
