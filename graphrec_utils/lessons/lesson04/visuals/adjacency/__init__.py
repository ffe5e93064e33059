"""The adjacency matrix and its graph side by side: normalized, or as a strip of powers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import graphs, plots, style
from graphrec_utils.plots.visuals.base import Visual, small_graph, with_others

LARGEST = 16  # users or items: a matrix of 32 rows is still seen whole
LONGEST = 8
FORMS = {
    "A": "A",
    "row": "D⁻¹A, by rows",
    "column": "AD⁻¹, by columns",
    "symmetric": "Â, symmetric",
}
POWERS = "⁰¹²³⁴⁵⁶⁷⁸"


def adjacency(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    forms: Sequence[str] = ("A",),
    longest: int = 1,
    also: Mapping[str, Sequence] | None = None,
) -> Visual:
    """Return a visual of a matrix of all nodes and its graph; what is picked in one shows in both.

    The reader picks a node (a row: what it hears from whom) or a cell, changes the normalization
    and moves the power; sums of rows and columns stand beside the matrix. `.live().form`, `.k`,
    `.row` and `.column` are what is shown.

    Args:
        R: (m, n) zeros and ones, at most 16 by 16: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        forms: which of "A", "row", "column" and "symmetric" can be chosen; the first one is shown.
        longest: the largest power, 1 to 8.
        also: other graphs to choose, {title: (R, users, items)}: `plots.around(likes)`.

    Raises:
        ValueError: R is empty, too large or not a matrix, the names do not fit, a form is unknown,
            or longest is out of range.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    if not forms or set(forms) - set(FORMS):
        raise ValueError(f"forms must be some of {', '.join(FORMS)}; got {list(forms)}")
    if not 1 <= longest <= LONGEST:
        raise ValueError(f"longest must lie in 1...{LONGEST}; got {longest}")
    shown = panels(forms, longest)
    names, first = [*users, *items], matrix(R, *shown[0])
    rows = "; ".join(
        f"{name}: {', '.join(f'{names[w]} {row[w]:.3g}' for w in row.nonzero()[0]) or 'nothing'}"
        for name, row in zip(names, first, strict=True)
    )
    titles = ", ".join(title(*panel) for panel in shown)
    visual = Visual(
        Path(__file__).with_name("adjacency.js"),
        state={
            "users": users, "items": items, "likes": R.tolist(), "longest": longest,
            "forms": [[form, FORMS[form]] for form in forms],
            "form": forms[0], "k": 1, "row": 0, "column": -1,
        },
        text=f"adjacency matrix and graph: {len(users)} users, {len(items)} items, {', '.join(forms)}",
        alt=f"Matrices with a row and a column per node: {titles}. Rows of the first: {rows}.",
        draw=lambda: draw(R, users, items, shown),
    )  # fmt: skip
    return with_others(visual, also or {}, lambda *graph: adjacency(*graph, forms, longest))


def panels(forms: Sequence[str], longest: int) -> list[tuple[str, int]]:
    """Return (form, power) of each matrix of the picture: all forms, or three powers of one."""
    if longest == 1:
        return [(form, 1) for form in forms]
    return [(forms[0], k) for k in range(1, min(longest, 3) + 1)]


def title(form: str, k: int) -> str:
    """Return what a matrix is called, as in "A²" or "Â, symmetric"."""
    if k == 1:
        return FORMS[form]
    name = FORMS[form].split(",")[0]
    return (f"({name})" if len(name) > 1 and form != "symmetric" else name) + POWERS[k]


def matrix(R: np.ndarray, form: str, k: int) -> np.ndarray:
    """Return (N, N) float64: the k-th power of A in one of its forms."""
    A = np.zeros((sum(R.shape), sum(R.shape)))
    A[: len(R), len(R) :], A[len(R) :, : len(R)] = R, R.T
    if form != "A":
        A = graphs.normalize(torch.from_numpy(A), form).numpy()
    return np.linalg.matrix_power(A, k)


def draw(
    R: np.ndarray, users: list[str], items: list[str], shown: list[tuple[str, int]]
) -> tuple[Axes, ...]:
    """Draw the matrices with their entries, a single one beside its graph.

    The numbers outside are sums of rows and columns, bold where all of a side are 1.
    """
    N, m = sum(R.shape), len(users)
    side = 0.36 * N
    figure = plt.figure(figsize=(1.0 + (side + 0.3) * max(2, len(shown)), side + 0.7))
    axes = figure.subplots(1, max(2, len(shown)), squeeze=False)[0]
    if len(shown) == 1:
        plots.bipartite(R, users, items, ax=axes[1])
    names = [name if len(name) <= 12 else name[:11] + "…" for name in [*users, *items]]
    for (form, k), ax in zip(shown, axes, strict=False):
        M = matrix(R, form, k)
        ax.imshow(0.12 * (M != 0) + 0.3 * M / max(M.max(), 1e-9), cmap="Greys", vmin=0, vmax=1)
        sums = {"color": style.INK, "alpha": 0.7, "fontsize": 8, "ha": "center", "va": "center"}
        for v, w in np.argwhere(M):
            ax.text(w, v, number(M[v, w], form), ha="center", va="center", fontsize=9)
        if form != "A":
            # where all sums of a side are 1, that is the form's point
            one = {"color": style.POSITIVE, "alpha": 1, "weight": "bold"}
            sides = (M.sum(axis=1), M.sum(axis=0))
            looks = [sums | (one if np.allclose(x[x > 0], 1) else {}) for x in sides]
            for v in range(N):
                ax.text(N - 0.1, v, number(sides[0][v], form), **looks[0])
                ax.text(v, N - 0.1, number(sides[1][v], form), **looks[1])
        ends, border = (-0.5, N - 0.5), (m - 0.5, m - 0.5)
        for across, down in ((ends, border), (border, ends)):
            ax.plot(across, down, color=style.INK, linewidth=1)
        ax.set_title(title(form, k), loc="center")
        ax.set(xticks=[], xlim=(-0.5, N + 0.4), ylim=(N + 0.4, -0.5))
        ax.set_yticks(range(N), names if ax is axes[0] else [""] * N)
        ax.tick_params(length=0)
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set_visible(False)
    return tuple(axes)


def number(value: float, form: str) -> str:
    """Return a count as it is and a weight with two digits, .71 or 1.41."""
    return f"{value:.0f}" if form == "A" else f"{value:.2f}".removeprefix("0")
