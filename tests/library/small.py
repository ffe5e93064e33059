"""What the visuals of tests show: three users and four films, a few vectors."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy

LIKES = (toy.likes(), toy.USERS, toy.ITEMS)
E = np.array([[1, 0.4], [0.6, 0.8], [-0.4, 1], [1, -0.5], [0.8, 0.5], [0.3, 0.9], [-0.8, 0.6]])
W = np.array([[0.8, 0.3], [-0.2, 0.9]])
