r"""The best items without looking at all of them: cells, and what they cost.

    index = retrieval.IVF(item_emb, num_cells=64)
    ids, looked_at = index.search(user_emb, top=20, probes=4)

k-means puts every item into the cell of its nearest center; a search opens the `probes` cells whose
centers have the largest product with the query, and ranks their items exactly. What is in another cell
is missed. Exact search, in chunks, is `metrics.rank_all`.

Cells are made by distance and opened by product. For vectors of one length the two agree; for others a
long vector may win from a cell that looks bad. `lifted` makes all lengths equal without
changing a product. Jégou, Douze, Schmid 2011, https://doi.org/10.1109/TPAMI.2010.57 (the inverted file);
Bachrach et al. 2014, https://doi.org/10.1145/2645710.2645741 (lifting).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphrec_utils import arguments

Floats = NDArray[np.floating]
BLOCK = 2**22  # distances at a time: 32 MB


def cells(
    items: Floats, num_cells: int, sweeps: int = 10, seed: int = 0
) -> tuple[Floats, np.ndarray]:
    """Return (num_cells, d) centers and (n,) the cell of each item, by k-means (Lloyd's sweeps).

    An empty cell takes the item that is farthest from its center.

    Raises:
        ValueError: items are no finite (n, d), or there are more cells than items.
    """
    items = _vectors("items", items)
    num_cells = arguments.integer("num_cells", num_cells)
    if num_cells > len(items):
        raise ValueError(f"{len(items)} items cannot fill {num_cells} cells")
    centers = items[np.random.default_rng(seed).choice(len(items), num_cells, replace=False)]
    cell, far = _nearest(items, centers)
    for _ in range(arguments.integer("sweeps", sweeps)):
        size = np.bincount(cell, minlength=num_cells)
        for empty in np.flatnonzero(size == 0):
            lost = int(far.argmax())
            cell[lost], far[lost] = empty, -np.inf
        size = np.bincount(cell, minlength=num_cells)
        total = np.zeros((num_cells, items.shape[1]))
        np.add.at(total, cell, items)
        centers = np.where(size[:, None] > 0, total / np.maximum(size, 1)[:, None], centers)
        cell, far = _nearest(items, centers)
    return centers, cell


def lifted(items: Floats) -> Floats:
    r"""Return (n, d + 1) vectors of one length: $[\mathbf v_i;\ \sqrt{M^2 - \lVert \mathbf v_i\rVert^2}]$.

    M is the largest length. A query with a 0 in the last place has the same products with them, and the
    item with the largest product is now also the nearest one, and the one of the largest cosine.
    """
    items = _vectors("items", items)
    squares = (items**2).sum(axis=1)
    return np.column_stack([items, np.sqrt(np.maximum(squares.max() - squares, 0))])


class IVF:
    """Items in cells; see the head of the module.

    Args:
        items: (n, d).
        num_cells: about the root of n is usual.
        lift: make the cells of the lifted vectors.
        sweeps, seed: of k-means.

    Raises ValueError as `cells` does. Built in lesson 10, exercise 10.6.
    """

    def __init__(
        self, items: Floats, num_cells: int, lift: bool = False, sweeps: int = 10, seed: int = 0
    ):
        items = _vectors("items", items)
        centers, cell = cells(lifted(items) if lift else items, num_cells, sweeps, seed)
        self.centers = centers[:, : items.shape[1]]  # a query has 0 in the last place
        self.order = np.argsort(cell, kind="stable")  # a cell's items stand together in memory
        self.items = np.ascontiguousarray(items[self.order])
        self.begin = np.searchsorted(cell[self.order], np.arange(num_cells + 1))

    def search(self, queries: Floats, top: int, probes: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (B, top) ids, best first, -1 where there are no more, and (B,) the items looked at.

        Raises:
            ValueError: the queries are no (B, d), or probes is not between 1 and the number of cells.
        """
        queries = _vectors("queries", queries)
        if queries.shape[1] != self.items.shape[1]:
            raise ValueError(f"queries must be (B, {self.items.shape[1]}); got {queries.shape}")
        top, probes = arguments.integer("top", top), arguments.integer("probes", probes)
        if probes > len(self.centers):
            raise ValueError(f"there are {len(self.centers)} cells; got probes {probes}")
        values = queries @ self.centers.T
        opened = np.argpartition(-values, probes - 1, axis=1)[:, :probes]
        found, looked_at = np.full((len(queries), top), -1), np.zeros(len(queries), dtype=int)
        for b, query in enumerate(queries):
            parts = [slice(self.begin[c], self.begin[c + 1]) for c in opened[b]]
            scores = np.concatenate([self.items[part] @ query for part in parts])
            ids = np.concatenate([self.order[part] for part in parts])
            looked_at[b] = len(ids)
            if len(ids) > top:
                best = np.argpartition(-scores, top - 1)[:top]
                scores, ids = scores[best], ids[best]
            best = np.lexsort((ids, -scores))
            found[b, : len(best)] = ids[best]
        return found, looked_at


def _nearest(items: Floats, centers: Floats) -> tuple[np.ndarray, Floats]:
    """Return of each item its nearest center and the squared distance, a block at a time."""
    cell, far = np.empty(len(items), dtype=np.int64), np.empty(len(items))
    squares = (centers**2).sum(axis=1)
    step = max(1, BLOCK // len(centers))
    for a in range(0, len(items), step):
        part = items[a : a + step]
        distance = squares - 2 * part @ centers.T
        cell[a : a + step] = distance.argmin(axis=1)
        far[a : a + step] = distance.min(axis=1) + (part**2).sum(axis=1)
    return cell, far


def _vectors(name: str, values: Floats) -> Floats:
    values = np.asarray(values)
    if values.ndim != 2 or 0 in values.shape or not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite vectors, (n, d), not empty; got {values.shape}")
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)
