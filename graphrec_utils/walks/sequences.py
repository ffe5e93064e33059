"""The neighbors of pins as sequences: nodes of several kinds out of two graphs, each kind with a quota."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments, graphs
from graphrec_utils.walks.neighborhoods import typed_neighbors
from graphrec_utils.walks.padded import pad

KINDS = ("pin by boards", "board", "pin by pins")
GRAPHS = {"pin-board": (0, 1), "pin-pin": (2,)}


class Sequences(NamedTuple):
    """The neighbors of n pins, T places each; pins are nodes 0 … n - 1, boards come after them.

    Attributes:
        ids: (n, T) int64 nodes, -1 in empty places; the nearest of each graph first.
        kinds: (n, T) int64, the place of each one's kind in KINDS; what stands in empty places means nothing.
    """

    ids: Tensor
    kinds: Tensor

    def only(self, names: Sequence[str]) -> Sequences:
        """Return those of some of the GRAPHS; the places of others are empty. () leaves nobody.

        Raises:
            KeyError: a graph of this name is not there.
        """
        kinds = torch.tensor([k for name in names for k in GRAPHS[name]], dtype=torch.int64)
        return Sequences(self.ids.masked_fill(~torch.isin(self.kinds, kinds), -1), self.kinds)


def sequences(
    R: sp.spmatrix | sp.sparray,
    C: sp.spmatrix | sp.sparray,
    quotas: tuple[int, int, int] = (5, 10, 10),
    num_steps: int = 1_000,
    restart: float = 0.5,
    seed: int = 0,
) -> Sequences:
    """Return the most visited nodes of short walks in two graphs, so many of each kind.

    Args:
        R: (m, n) boards by pins; entries above 0 are edges. A graph may have no edge: nobody is heard there.
        C: (n, n) pins by pins, walked in both directions.
        quotas: at most so many of each of KINDS; a summary of the paper has 25, 75 and 50. A pin with fewer has empty places,
            and no other kind fills them.
        num_steps, restart, seed: as in `walks.typed_neighbors`.

    Raises:
        ValueError: the graphs are not of the same pins, or a quota is negative or all are 0.

    Built in lesson 16, exercise 16.2.
    """
    (m, n), quotas = R.shape, tuple(arguments.integer("quota", q, least=0) for q in quotas)
    if C.shape != (n, n):
        raise ValueError(f"the pin-pin graph must be ({n}, {n}); got {C.shape}")
    if len(quotas) != len(KINDS) or not any(quotas):
        raise ValueError(f"quotas must be {len(KINDS)} numbers, not all 0; got {quotas}")
    of_pins, of_boards, by_pins = quotas
    C = sp.csr_array(C)
    parts = [
        (graphs.adjacency(R), np.r_[np.ones(m, int), np.zeros(n, int)], (of_pins, of_boards), m),
        (sp.csr_array(C + C.T), np.zeros(n, int), (by_pins,), 0),
    ]
    ids, kinds = [], []
    for number, (A, types, quota, before) in enumerate(parts):
        top = sum(quota)
        if not top:
            continue
        near = np.full((n, top), -1)
        if A.nnz:
            walked = typed_neighbors(
                A, before + np.arange(n), types, quota, num_steps, restart, seed
            )
            near = pad(walked, top)
        is_board = (near >= 0) & (near < before)
        place = np.where(is_board, near + n, near - before)  # boards come behind the pins
        ids.append(np.where(near < 0, -1, place))
        kinds.append(np.where(is_board, 1, 2 * number))
    return Sequences(*(torch.from_numpy(np.hstack(x).astype(np.int64)) for x in (ids, kinds)))
