"""The matrix R and its bipartite graph, side by side and connected."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from graphrec_utils import plots
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph

LARGEST = 12  # rows or columns that fit beside a graph on one screen
ASKED = 300  # matrices for which a student's function is asked beforehand


def bipartite(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of R as a matrix and as a graph; switch a like in one, see it in both.

    Pointing at a cell marks its edge and both nodes, and the other way round; the status line
    tells the degrees and the density. `.live().likes` is R as changed by the reader, nested lists.

    Args:
        R: (m, n) zeros and ones, at most 12 by 12: tensor, array or nested lists.
        users: m names; by default u0, u1, …
        items: n names; by default i0, i1, …
        function: a student's `recommend(R, u, top)`, exercise 00.3: the status line says which item it
            puts first for each user, here and after up to three switches, fewer of a larger matrix.
            With `.live()` it is asked at every switch.

    Raises:
        ValueError: R is empty, too large or not a matrix, or the names do not fit it or
            are not unique.
    """
    likes, users, items = small_graph(R, users, items, LARGEST)
    m, n = likes.shape
    size = f"{m} users, {n} items, {likes.sum()} likes"
    per_user = [
        f"{user} likes {', '.join(items[i] for i in row.nonzero()[0]) or 'nothing'}"
        for user, row in zip(users, likes, strict=True)
    ]
    answers, note = asked(function, lambda: answered(function, _near(likes)))
    return Visual(
        Path(__file__).with_name("bipartite.js"),
        state={"users": users, "items": items, "likes": likes.tolist(), "answers": answers},
        text=f"matrix and graph: {size}",
        alt=f"Matrix and bipartite graph of the same data, {size}. {'; '.join(per_user)}.",
        draw=lambda: plots.matrix_and_graph(likes, users, items),
        note=note,
        moved=function and (lambda state: {"answers": _of(function, state["likes"])}),
    )


def _of(function: Callable, likes: list[list[int]]) -> dict[str, list[int]] | None:
    return asked(function, lambda: answered(function, [np.array(likes)]))[0]


def _reach(cells: int) -> int:
    """Return after how many switches, one to three, a student's function is asked."""
    return max(
        k for k in (1, 2, 3) if k == 1 or sum(math.comb(cells, j) for j in range(k + 1)) <= ASKED
    )


def _near(likes: np.ndarray) -> Iterable[np.ndarray]:
    """Yield the matrix, and it with up to `_reach` cells switched."""
    for k in range(_reach(likes.size) + 1):
        for cells in itertools.combinations(range(likes.size), k):
            switched = likes.copy()
            switched.flat[list(cells)] = 1 - switched.flat[list(cells)]
            yield switched


def answered(function: Callable, matrices: Iterable[np.ndarray]) -> dict[str, list[int]]:
    """Return {cells of a matrix, row by row: the item that a student's function puts first for each user}.

    Raises:
        ValueError: it does not return the number of an item.
    """
    answers = {}
    for likes in matrices:
        firsts = []
        for u in range(len(likes)):
            said = torch.as_tensor(function(torch.from_numpy(likes).float(), u, 1)).flatten()
            if len(said) != 1 or said.is_floating_point() or not 0 <= said[0] < likes.shape[1]:
                raise ValueError(
                    f"the number of one item is asked for; it returned {said.tolist()}"
                )
            firsts.append(int(said[0]))
        answers["".join(map(str, likes.flatten()))] = firsts
    return answers
