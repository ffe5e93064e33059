"""The matrix R and its bipartite graph, side by side and connected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graphrec_utils import plots
from graphrec_utils.plots.visuals.base import Visual, small_graph

LARGEST = 12  # rows or columns that fit beside a graph on one screen


def bipartite(R, users: Sequence[str] | None = None, items: Sequence[str] | None = None) -> Visual:
    """Return a visual of R as a matrix and as a graph; switch a like in one, see it in both.

    Pointing at a cell marks its edge and both nodes, and the other way round; the status line
    tells the degrees and the density. `.live().likes` is R as changed by the reader, nested lists.

    Args:
        R: (m, n) zeros and ones, at most 12 by 12: tensor, array or nested lists.
        users: m names; by default u0, u1, …
        items: n names; by default i0, i1, …

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
    return Visual(
        Path(__file__).with_name("bipartite.js"),
        state={"users": users, "items": items, "likes": likes.tolist()},
        text=f"matrix and graph: {size}",
        alt=f"Matrix and bipartite graph of the same data, {size}. {'; '.join(per_user)}.",
        draw=lambda: plots.matrix_and_graph(likes, users, items),
    )
