# right

import numpy as np

tweets = np.array([5, 20, 80]) * 200
rows_read = list(tweets + 200 * 10)
