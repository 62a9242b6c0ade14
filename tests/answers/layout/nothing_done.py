# wrong
#
# …no statement in your list…

layout = []
