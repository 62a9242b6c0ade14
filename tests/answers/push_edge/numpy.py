# right

import numpy as np


def push_edge(posts, views, followers, push, pull):
    return np.argmin([posts * push, views * pull]) == 0
