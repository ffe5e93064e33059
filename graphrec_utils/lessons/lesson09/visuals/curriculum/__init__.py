"""A curriculum, epoch by epoch: how near the query are positives, shared and hard negatives, and how many are false?"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

BINS = np.linspace(-1, 1, 21)
KINDS = ("positive", "shared", "hard")
RANKS = (1, 2, 4, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1400, 2000)


def curriculum(
    epochs: Sequence[Mapping[str, np.ndarray]],
    num_shared: int = 500,
    false: np.ndarray | None = None,
    ranks: tuple[int, int] = (50, 300),
) -> Visual:
    """Return a visual that goes through the epochs of a training.

    Beside them the reader sets the ranks from which hard negatives are to come, and sees how many are false.

    Args:
        epochs: for each, from the first on, the cosines with their queries of what was drawn: "positive",
            "shared" and "hard", any number of each; epoch n has n - 1 hard negatives for each query.
        num_shared: negatives that all queries of a batch share.
        false: (Q, T), for each query and rank from 1 on whether the pin there would be a false negative, NaN where
            there is none; T at least 2. Without it, ranks are not shown.
        ranks: the ranks at first.

    Raises:
        ValueError: there are no epochs or more than twelve, a kind is missing, or a value is no cosine, or `false` is
            not as said.
    """
    if not 1 <= len(epochs) <= 12:
        raise ValueError(f"this visual shows 1 to 12 epochs; got {len(epochs)}")
    steps = [_counts(k, drawn) for k, drawn in enumerate(epochs, start=1)]
    last = steps[-1]
    table = None if false is None else _by_rank(false)
    at = [0, 1] if table is None else _range(table["edges"], ranks)
    counted = "" if table is None else _counted(table, at)
    return Visual(
        Path(__file__).with_name("curriculum.js"),
        state={
            "step": 0, "steps": steps, "edges": [round(float(x), 2) for x in BINS],
            "shared": int(num_shared), "ranks": table, "from": at[0], "to": at[1],
        },
        text=f"curriculum of {len(steps)} epochs",
        alt=(
            f"Histograms of cosines with the query in epochs 1 and {len(steps)}: positives on the right, shared "
            "negatives to the left of them, and hard ones, which are added from epoch 2 on, partly with either. In the last "
            f"epoch the means are {last['mean']['positive']:.2f}, {last['mean']['shared']:.2f} and "
            + (f"{last['mean']['hard']:.2f}." if last["hard"] else "there are no hard ones.")
            + counted
        ),
        draw=lambda: draw(steps, table, at),
    )  # fmt: skip


def _counts(epoch: int, drawn: Mapping[str, np.ndarray]) -> dict:
    """Return the shares of each kind in the bins, and their means."""
    if set(KINDS) - set(drawn):
        raise ValueError(f"epoch {epoch} needs {', '.join(KINDS)}; got {', '.join(drawn)}")
    shares, means = {}, {}
    for kind in KINDS:
        x = np.asarray(drawn[kind], dtype=np.float64).ravel()
        if len(x) and not (np.abs(x) <= 1 + 1e-4).all():
            raise ValueError(f"epoch {epoch}, {kind}: cosines lie between -1 and 1")
        count = np.histogram(np.clip(x, -1, 1), BINS)[0]
        shares[kind] = [round(float(c) / max(1, len(x)), 3) for c in count]
        means[kind] = round(float(x.mean()), 2) if len(x) else None
    return {"hard": epoch - 1, "share": shares, "mean": means}


def _by_rank(false: np.ndarray) -> dict[str, list]:
    """Return edges of ranks, the share of false ones between each two, and `drawn`: where one negative is drawn for
    each query from the ranks between edges a and b, the share of false ones is drawn[a][b - a - 1].
    """
    false = np.asarray(false, dtype=np.float64)
    known = false[~np.isnan(false)] if false.ndim == 2 else np.array([np.inf])
    if not np.isin(known, (0, 1)).all() or false.shape[1] < 2:
        raise ValueError(
            "false must be (queries, ranks) of True and False, NaN where there is no pin"
        )
    edges = [rank for rank in RANKS if rank <= false.shape[1]]
    parts = [false[:, a - 1 : b - 1] for a, b in itertools.pairwise(edges)]
    there = np.stack([(~np.isnan(x)).sum(axis=1) for x in parts], axis=1)  # (queries, bins)
    wrong = np.stack([np.nansum(x, axis=1) for x in parts], axis=1)
    share = wrong.sum(axis=0) / np.maximum(1, there.sum(axis=0))

    def drawn(a, b):
        count = there[:, a:b].sum(axis=1)
        have = count > 0
        return float((wrong[have, a:b].sum(axis=1) / count[have]).mean()) if have.any() else 0.0

    bins = len(parts)
    table = [[round(drawn(a, b), 3) for b in range(a + 1, bins + 1)] for a in range(bins)]
    return {"edges": edges, "share": share.round(4).tolist(), "drawn": table}


def _range(edges: list[int], ranks: tuple[int, int]) -> list[int]:
    """Return the places of the nearest edges, the second after the first."""
    first, last = (int(np.argmin(np.abs(np.array(edges) - rank))) for rank in ranks)
    first = min(first, len(edges) - 2)
    return [first, max(last, first + 1)]


def _counted(table: dict[str, list], at: list[int]) -> str:
    """Return how many of the ranks that are set at first are false, as a sentence."""
    a, b = (table["edges"][k] for k in at)
    share = table["drawn"][at[0]][at[1] - at[0] - 1]
    return f" Of hard negatives from ranks {a} to {b}, {share:.0%} are false."


LOOKS = {"positive": style.POSITIVE, "hard": style.NEGATIVE, "shared": style.CONTEXT}


def draw(
    steps: list[dict], table: dict[str, list] | None = None, at: Sequence[int] = (0, 1)
) -> tuple[Axes, ...]:
    """Draw the first and the last epoch, a row for each kind, and how many of each rank are false."""
    chosen = sorted({0, len(steps) - 1})
    panels = len(chosen) + (table is not None)
    figure = plt.figure(figsize=(min(8.0, 3.6 * panels + 0.4), 2.8))
    axes = [figure.add_subplot(1, panels, k + 1) for k in range(len(chosen))]
    for ax, k in zip(axes, chosen, strict=True):
        for row, (kind, color) in enumerate(LOOKS.items()):
            low, mean = len(LOOKS) - 1 - row, steps[k]["mean"][kind]
            top = max(0.01, *(y for step in steps for y in step["share"][kind]))
            ax.axhline(low, color=style.CONTEXT, linewidth=0.8)
            if mean is not None:
                heights = low + 0.62 * np.array(steps[k]["share"][kind]) / top
                ax.stairs(heights, BINS, baseline=low, fill=True, color=color, alpha=0.8)
                ax.plot([mean, mean], [low, low + 0.62], color=style.INK, linewidth=2)
            told = "none yet" if mean is None else f"{mean:.2f}".replace("-", "−")
            ax.text(-1, low + 0.66, f"{kind}: {told}", fontsize=9)
        ax.set(xlabel="cosine with the query", title=f"epoch {k + 1}, {steps[k]['hard']} hard each",
               yticks=[], ylim=(0, 3))  # fmt: skip
        ax.spines["left"].set_visible(False)
    if table is not None:
        axes.append(figure.add_subplot(1, panels, panels))
        edges = np.array(table["edges"])
        for k, share in enumerate(table["share"]):
            inside = at[0] <= k < at[1]
            axes[-1].bar(edges[k], share, edges[k + 1] - edges[k], align="edge",
                         color=style.NEGATIVE if inside else style.CONTEXT)  # fmt: skip
        a, b = (edges[k] for k in at)
        axes[-1].set(xscale="log", xlabel="rank", title=f"share of false ones, {a} to {b} dark")
    return tuple(axes)
