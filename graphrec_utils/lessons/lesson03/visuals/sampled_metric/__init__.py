"""What a hit among sampled negatives says about the rank among all items."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.metrics import hit_chance
from graphrec_utils.plots.visuals.base import Visual

LARGEST = 50_000


def sampled_metric(
    num_items: int = 2000, num_negatives: int = 99, top: int = 10, rank: int = 50
) -> Visual:
    """Return a visual: the chance of a hit over the rank, for all items and for sampled ones.

    Move the rank, the cut-off and the number of negatives; the curves grow with the rank. It begins in the
    middle of the top, so that nobody reads at once what is asked of a rank behind it. `.live().rank` is the
    rank shown.

    Args:
        num_items: n, the items that compete, 20 to 50,000.
        num_negatives: S, drawn from the n - 1 others without replacement.
        top: a hit is a place among the first `top`, 1 to 20.
        rank: of the test item among all n, from 1: marked in the picture, one press away in the visual.

    Raises:
        ValueError: an argument is out of range.
    """
    if not 20 <= num_items <= LARGEST:
        raise ValueError(f"num_items must lie in 20...{LARGEST}; got {num_items}")
    if not 1 <= num_negatives <= num_items - 1:
        raise ValueError(f"num_negatives must lie in 1...{num_items - 1}; got {num_negatives}")
    if not 1 <= top <= 20 or not 1 <= rank <= num_items:
        raise ValueError(
            f"top must lie in 1...20 and rank in 1...{num_items}; got {top} and {rank}"
        )
    given = {"num_items": num_items, "num_negatives": num_negatives, "top": top}
    chance = hit_chance(rank, num_items, num_negatives, top)
    return Visual(
        Path(__file__).with_name("sampled_metric.js"),
        state=given | {"rank": min(rank, (top + 1) // 2), "asked": rank},
        text=f"sampled metric: {num_negatives} negatives of {num_items} items, top {top}",
        alt=(
            f"Chance of a hit over the rank among {num_items} items, on a logarithmic axis. Among "
            f"all items it is 1 up to rank {top} and 0 behind. Among {num_negatives} sampled "
            f"negatives it stays near 1 far beyond; at rank {rank} it is {chance:.2f}."
        ),
        draw=lambda: draw(**given, rank=rank),
    )


def draw(num_items: int, num_negatives: int, top: int, rank: int) -> Axes:
    """Draw both curves over the rank and mark one rank."""
    ranks = np.unique(np.geomspace(1, num_items, 300).round().astype(int))
    ax = plt.figure(figsize=(6.4, 3.0)).subplots()
    ax.step(
        [1, top, top + 1, num_items], [1, 1, 0, 0], where="mid", color=style.POSITIVE,
        label=f"all {num_items:,} items",
    )  # fmt: skip
    chances = hit_chance(ranks, num_items, num_negatives, top)
    label = f"{num_negatives} sampled negatives"
    ax.plot(ranks, chances, color=style.NEGATIVE, linestyle="dashed", label=label)
    chance = hit_chance(rank, num_items, num_negatives, top)
    ax.plot([rank], [chance], "o", color=style.INK)
    ax.annotate(
        f"rank {rank}: {chance:.2f}",
        (rank, chance),
        (0, -20),
        textcoords="offset points",
        ha="center",
    )
    ax.set(xscale="log", xlabel="rank among all items", ylabel=f"chance of a hit@{top}")
    ax.legend(fontsize="small")
    return ax
