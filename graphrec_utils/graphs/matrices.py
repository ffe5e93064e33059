"""Two views of one data set: the interaction matrix R and the bipartite graph A.

Nodes are numbered users 0 … m-1, then items m … m+n-1, everywhere in the course.

A dense torch tensor goes in for graphs one can print, a scipy.sparse matrix for real ones; what
comes out is of the same kind (CSR when sparse), so the formulas read the same at every size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments

if TYPE_CHECKING:
    import networkx as nx
    from torch_geometric.data import HeteroData

Matrix = Tensor | sp.spmatrix | sp.sparray


def adjacency(R: Matrix) -> Matrix:
    r"""Return the adjacency matrix $\mathbf A = \begin{pmatrix} 0 & R \\ R^\top & 0 \end{pmatrix}$.

    Args:
        R: (m, n) interactions, 1 where user u interacted with item i, else 0.

    Returns:
        (m + n, m + n) symmetric, with R's dtype. No user touches a user, no item an item.

    Raises:
        TypeError: R is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: R does not have two dimensions.

    Built in lesson 04, exercise 04.1.
    """
    m, n = arguments.matrix("R", R)
    if sp.issparse(R):
        return sp.block_array([[None, R], [R.T, None]], format="csr", dtype=R.dtype)
    A = R.new_zeros(m + n, m + n)
    A[:m, m:] = R
    A[m:, :m] = R.T
    return A


def biadjacency(A: Matrix, num_users: int) -> Matrix:
    """Return the interactions R, (m, n), of a bipartite adjacency matrix: the inverse way.

    Args:
        A: (N, N) as `adjacency` returns it.
        num_users: m, how many of the N nodes are users.

    Raises:
        TypeError: A is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: A is not square, or num_users is not between 0 and N.
    """
    N = arguments.graph("A", A)
    if not 0 <= num_users <= N:
        raise ValueError(f"num_users must be between 0 and {N} nodes; got {num_users}")
    if sp.issparse(A):
        return sp.csr_array(A)[:num_users, num_users:]
    return A[:num_users, num_users:].clone()


def edge_index(R: Matrix) -> Tensor:
    """Return every edge in both directions, (2, E) int64: row 0 source, row 1 target.

    The first half goes from users to items, in the order of R's rows; the second half is the
    same list with the rows swapped. PyTorch Geometric expects exactly this.

    Args:
        R: (m, n) interactions; every non-zero entry is an edge.

    Raises:
        TypeError: R is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: R does not have two dimensions.
    """
    m, _ = arguments.matrix("R", R)
    if sp.issparse(R):
        u, i = sp.csr_array(R).sorted_indices().nonzero()
        u, i = torch.from_numpy(u).long(), torch.from_numpy(i).long()
    else:
        u, i = R.nonzero(as_tuple=True)
    user_item = torch.stack([u, i + m])  # (2, E / 2)
    return torch.cat([user_item, user_item.flip(0)], dim=1)


def degrees(A: Matrix) -> Tensor | np.ndarray:
    """Return deg(v) for every node, (N,): the row sums, a tensor or (sparse A) an array.

    Raises:
        TypeError: A is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: A is not square.
    """
    arguments.graph("A", A)
    return np.asarray(A.sum(axis=1)).ravel() if sp.issparse(A) else A.sum(dim=1)


def normalize(A: Matrix, how: str = "symmetric") -> Matrix:
    r"""Return A_hat, the adjacency matrix with its entries divided by degrees.

    | how | matrix | entry (v, w) of an edge |
    |---|---|---|
    | `"symmetric"` | $D^{-1/2} A D^{-1/2}$ | 1 / sqrt(deg(v) deg(w)) |
    | `"row"` | $D^{-1} A$ | 1 / deg(v): rows sum to 1, a random walk's transition matrix |
    | `"column"` | $A D^{-1}$ | 1 / deg(w): columns sum to 1 |

    Args:
        A: (N, N) symmetric, entries >= 0.
        how: one of the three.

    Returns:
        (N, N), floating point. A node without neighbors keeps a row and a column of zeros.

    Raises:
        TypeError: A is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: A is not square, has negative entries, or `how` is unknown.

    Symmetric: Kipf and Welling 2017, https://arxiv.org/abs/1609.02907, there with self-loops;
    without them: LightGCN, He et al. 2020, https://arxiv.org/abs/2002.02126, equation 3.
    Built in lesson 04, exercise 04.2.
    """
    powers = {"symmetric": (-0.5, -0.5), "row": (-1.0, 0.0), "column": (0.0, -1.0)}
    if how not in powers:
        raise ValueError(f"how must be one of {', '.join(powers)}; got {how!r}")
    degree = degrees(A)
    if 0 not in A.shape and A.min() < 0:
        raise ValueError(f"A must have no negative entries; got {float(A.min()):g}")
    left, right = (_power(degree, p) for p in powers[how])  # (N,) each
    if sp.issparse(A):
        return sp.csr_array(sp.diags_array(left) @ A @ sp.diags_array(right)).astype(left.dtype)
    return left[:, None] * A * right[None, :]


def to_networkx(
    R: Matrix, users: Sequence[str] | None = None, items: Sequence[str] | None = None
) -> nx.Graph:
    """Return the graph of R for networkx: to draw it, or to ask it for paths and components.

    Args:
        R: (m, n) interactions; every non-zero entry is an edge.
        users: m names; by default u0, u1, …
        items: n names; by default i0, i1, …

    Returns:
        A graph whose nodes are the names, users first, those without edges included. The node
        attribute `bipartite` is 0 for users and 1 for items, as networkx has it.

    Raises:
        TypeError: R is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: R does not have two dimensions, or the names do not fit it or are not unique.
    """
    import networkx as nx  # a third of a second that only drawing needs

    users, items = node_names(arguments.matrix("R", R), users, items)
    nodes = users + items
    G = nx.Graph()
    G.add_nodes_from(users, bipartite=0)
    G.add_nodes_from(items, bipartite=1)
    source, target = edge_index(R).chunk(2, dim=1)[0].tolist()  # user -> item only
    G.add_edges_from((nodes[v], nodes[w]) for v, w in zip(source, target, strict=True))
    return G


def to_hetero_data(R: Matrix) -> HeteroData:
    """Return the graph of R for PyTorch Geometric, with a node type for users and one for items.

    Args:
        R: (m, n) interactions; every non-zero entry is an edge.

    Returns:
        `data["user"].num_nodes` is m, `data["item"].num_nodes` is n. The edges are stored in both
        directions, ("user", "likes", "item") and ("item", "rev_likes", "user"), since PyG sends
        messages from source to target only. Unlike in `edge_index`, both types count from 0.

    Raises:
        TypeError: R is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: R does not have two dimensions.
    """
    from torch_geometric.data import HeteroData  # two seconds and 180 MB

    m, n = arguments.matrix("R", R)
    user_item = edge_index(R).chunk(2, dim=1)[0]
    user_item = user_item - torch.tensor([[0], [m]])  # items count from 0
    data = HeteroData()
    data["user"].num_nodes = m
    data["item"].num_nodes = n
    data["user", "likes", "item"].edge_index = user_item.contiguous()
    data["item", "rev_likes", "user"].edge_index = user_item.flip(0)
    return data


def node_names(
    shape: tuple[int, int], users: Sequence[str] | None = None, items: Sequence[str] | None = None
) -> tuple[list[str], list[str]]:
    """Return the names of all users and of all items: those given, else u0, u1, … and i0, i1, …

    Args:
        shape: (m, n) of the interactions R.
        users: m names, or None.
        items: n names, or None.

    Raises:
        ValueError: the number of names does not fit the shape, or a name occurs twice.
    """
    m, n = shape
    users = [f"u{u}" for u in range(m)] if users is None else [str(name) for name in users]
    items = [f"i{i}" for i in range(n)] if items is None else [str(name) for name in items]
    if (len(users), len(items)) != (m, n):
        raise ValueError(
            f"R of shape ({m}, {n}) needs {m} user names and {n} item names; "
            f"got {len(users)} and {len(items)}"
        )
    repeated = [name for name, times in Counter(users + items).items() if times > 1]
    if repeated:
        raise ValueError(f"names of users and items must all differ; {repeated[0]!r} occurs twice")
    return users, items


def _power(degree: Tensor | np.ndarray, exponent: float) -> Tensor | np.ndarray:
    """Return degree ** exponent, and 0 for isolated nodes: 0 ** -0.5 is inf, inf * 0 is NaN."""
    if isinstance(degree, Tensor):
        degree = degree if degree.is_floating_point() else degree.float()
        return degree.pow(exponent).masked_fill(degree == 0, 0.0)
    degree = degree if np.issubdtype(degree.dtype, np.floating) else degree.astype(np.float64)
    scale = np.zeros_like(degree)
    np.power(degree, exponent, out=scale, where=degree != 0)
    return scale
