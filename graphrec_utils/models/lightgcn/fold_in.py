"""A vector for an item that came after the training: one row of A_hat times what is known."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments


def fold_in(R_new: sp.spmatrix | sp.sparray, user_emb: Tensor, degree: np.ndarray) -> Tensor:
    r"""Return vectors of new items, (q, d): $\mathbf e_i = \sum_{u \in \mathcal N_i}
    \mathbf e_u / \sqrt{\deg(i) \deg(u)}$.

    For new users pass the transposed matrix, item vectors and degrees of items.

    Args:
        R_new: (m, q) likes of the new items by known users.
        user_emb: (m, d) trained vectors.
        degree: (m,) likes of each user, those of new items included.

    Returns:
        (q, d) in user_emb's type and on its device; zeros for an item that nobody likes yet.

    Raises:
        TypeError: R_new is not sparse.
        ValueError: shapes do not fit, or a user with a like has degree 0.
    """
    arguments.sparse("R_new", R_new)
    R = sp.csr_array(R_new)
    degree = np.asarray(degree, dtype=np.float64)
    if len(user_emb) != R.shape[0] or degree.shape != (R.shape[0],):
        raise ValueError(
            f"R_new is {R.shape}: it needs {R.shape[0]} user vectors and degrees; got "
            f"{len(user_emb)} and {degree.shape}"
        )
    if (degree < np.diff(R.indptr)).any():
        raise ValueError("degree must count the likes of new items, too; one is too small")
    of_item = np.asarray(R.sum(axis=0)).ravel()
    left, right = (np.where(d > 0, np.maximum(d, 1) ** -0.5, 0) for d in (of_item, degree))
    row = sp.csr_array(sp.diags_array(left) @ R.T @ sp.diags_array(right))  # (q, m) of A_hat
    emb = torch.as_tensor(user_emb).detach()
    return torch.from_numpy(row @ emb.numpy(force=True)).to(emb)
