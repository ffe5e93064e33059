r"""EASE: one weight for every pair of items, by least squares, and none from an item to itself.

    top20 = metrics.rank(ease(train.csr(), reg=300), train)

Of all item-to-item models with scores $\mathbf R \mathbf B$ it takes the one that reproduces the
interactions best,

$$\min_{\mathbf B} \|\mathbf R - \mathbf R \mathbf B\|_F^2 + \lambda \|\mathbf B\|_F^2
  \quad\text{with}\quad \mathbf B_{ii} = 0 .$$

The condition on the diagonal makes it a prediction: an item has to be guessed from the others.
With $\mathbf P = (\mathbf R^\top \mathbf R + \lambda \mathbf I)^{-1}$ the answer is
$\mathbf B = \mathbf I - \mathbf P \operatorname{diag}(\mathbf P)^{-1}$. One knob and no chance.

Steck 2019, https://arxiv.org/abs/1905.03375, equation 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec_utils import arguments

Sparse = sp.spmatrix | sp.sparray
Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Ease:
    """Scores $\\mathbf r_u - (\\mathbf r_u \\mathbf P)_i / P_{ii}$, the row of R B of user u.

    Attributes:
        R: (m, n) sparse.
        before, after: $\\mathbf r_u \\mathbf P$ is row u of `before` times `after`, of which one is R.
        diagonal: (n,) the entries $P_{ii}$, all above 0.
    """

    R: sp.csr_array
    before: Floats | sp.csr_array
    after: Floats | sp.csr_array
    diagonal: Floats

    def scores(self, users: NDArray[np.integer]) -> Floats:
        """Return the (B, n) scores of the given (B,) users; seen items are not hidden."""
        users = np.asarray(users)
        return self.R[users].toarray() - np.asarray(self.before[users] @ self.after) / self.diagonal


def ease(R: Sparse, reg: float) -> Ease:
    r"""Return EASE of the interactions R, (m, n), with the ridge reg = lambda > 0.

    Works with a dense matrix of min(m, n) rows: 10,000 of them are 400 MB in float32 and some
    seconds, 30,000 are 4 GB and many minutes. With more items than users the same weights follow
    from the users' side, since
    $\mathbf R \mathbf P = (\mathbf R \mathbf R^\top + \lambda \mathbf I)^{-1} \mathbf R$.

    Args:
        R: float64 is computed in float64, everything else in float32.
        reg: sensible values grow with the number of users, from 10 to 10,000.

    Raises:
        TypeError: R is not a scipy.sparse matrix.
        ValueError: R is no matrix or reg is not positive.

    Built in lesson 02, exercise 02.6.
    """
    arguments.sparse("R", R)
    m, n = arguments.matrix("R", R)
    arguments.positive(reg=reg)
    R = sp.csr_array(R, dtype=R.dtype if R.dtype == np.float64 else np.float32)
    if n <= m:
        P = _inverse(R.T @ R, reg)
        return Ease(R, R, P, P.diagonal().copy())
    K = _inverse(R @ R.T, reg)  # (m, m)
    # P = (I - Rᵀ K R) / reg; of its diagonal only the sums over users are needed
    diagonal = (1 - np.asarray(R.multiply(K @ R).sum(axis=0)).ravel()) / reg
    return Ease(R, K, R, diagonal.astype(R.dtype))


def _inverse(gram: sp.csr_array, reg: float) -> Floats:
    """Return (gram + reg I)^-1, dense; it is positive definite."""
    dense = gram.toarray()
    dense[np.diag_indices_from(dense)] += reg
    return scipy.linalg.inv(dense, overwrite_a=True, check_finite=False)
