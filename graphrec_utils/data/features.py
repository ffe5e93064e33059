"""Features: what items say about themselves, one sparse row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True, eq=False, repr=False)
class Features:
    """n rows of content with f named columns, for example genres or counted words.

    Attributes:
        matrix: (n, f) float32 csr; row i belongs to item i. A row may be empty.
        labels: (f,) what the columns stand for.

    Raises:
        ValueError: not one label per column.
    """

    matrix: sp.csr_matrix
    labels: np.ndarray

    def __post_init__(self) -> None:
        matrix = sp.csr_matrix(self.matrix, dtype=np.float32)
        labels = np.asarray(self.labels)
        if labels.shape != matrix.shape[1:]:
            raise ValueError(
                f"labels must name {matrix.shape[1]} columns; got shape {labels.shape}"
            )
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "labels", labels)

    def __len__(self) -> int:
        return self.matrix.shape[0]

    def __repr__(self) -> str:
        per_row = self.matrix.nnz / max(1, len(self))
        return (
            f"Features(rows {len(self):,}, columns {self.matrix.shape[1]:,}, "
            f"{per_row:.1f} entries per row)"
        )

    def rows(self, ids: np.ndarray) -> Features:
        """Return the rows of these items, in this order; the columns stay."""
        return Features(self.matrix[ids], self.labels)

    def names(self, row: int) -> list[str]:
        """Return the labels of what the row of one item contains, in the order of the columns."""
        return self.labels[np.sort(self.matrix[[row]].indices)].tolist()
