# Made by `make exercises` from solutions/02_follower_index.ipynb: change it there.
layout = ...  # a list of strings
# your answer in place of the dots
