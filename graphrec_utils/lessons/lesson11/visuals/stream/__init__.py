"""How often does each item come? Two small tables, hashed, while a stream passes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual
from graphrec_utils.sampling import StreamFrequency

LARGEST, LONGEST = 8, 600  # items, events


def stream(
    items: Sequence[int], buckets, names: Sequence[str], alpha: float = 0.05, start: float = 10.0
) -> Visual:
    """Return a visual of `sampling.StreamFrequency` at work: the last steps, the gaps, the estimates.

    It begins in the middle of the stream. The reader steps on, jumps to an end and sets alpha; who shares a bucket
    with the item that comes is marked. `.live().step` and `.alpha` are what is shown.

    Args:
        items: ids that come by, one a step, at most 600.
        buckets: (H, n), the bucket of each item under each of H hash functions, 1 to 3 of them.
        names: n names, at most 8.
        alpha, start: as in `StreamFrequency`.

    Raises:
        ValueError: there are too many items or events, an id has no name, or alpha or start is out of range.
    """
    seen, buckets = np.asarray(items), np.asarray(buckets)
    if not 1 <= len(names) <= LARGEST or buckets.ndim != 2 or buckets.shape[1] != len(names):
        raise ValueError(
            f"buckets must be (H, n) with a name for each of 1 to {LARGEST} items; got {buckets.shape}"
        )
    if not 1 <= len(buckets) <= 3:
        raise ValueError(f"1 to 3 hash functions can be shown; got {len(buckets)}")
    if not 1 <= len(seen) <= LONGEST or seen.min() < 0 or seen.max() >= len(names):
        raise ValueError(f"items must be 1 to {LONGEST} ids below {len(names)}")
    counter = StreamFrequency(buckets, alpha, start).update(seen)
    found = np.exp(counter.log_q().numpy())
    true = np.bincount(seen, minlength=len(names)) / len(seen)
    told = ", ".join(
        f"{name} {t:.2f} and {f:.2f}" for name, t, f in zip(names, true, found, strict=True)
    )
    return Visual(
        Path(__file__).with_name("stream.js"),
        state={
            "stream": seen.tolist(), "buckets": buckets.tolist(), "names": list(names), "alpha": alpha,
            "start": float(start), "step": len(seen) // 2,
        },
        text=f"a stream of {len(seen)} events in {len(buckets)} tables",
        alt=(
            f"How often each item came in {len(seen)} events, and its estimate from {len(buckets)} hash "
            f"functions: {told}. Beside it the tables, with a line from each item's bucket in one to that in the next."
        ),
        draw=lambda: draw(names, true, found, buckets, counter.gap),
    )  # fmt: skip


def draw(names: Sequence[str], true, found, buckets, gap) -> tuple[Axes, ...]:
    """Draw the estimates beside the shares, and the gaps in their buckets."""
    figure = plt.figure(figsize=(8.2, 0.9 + 0.34 * len(names)))
    axes = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.2, 1]})
    place = np.arange(len(names))
    axes[0].barh(place, found, color=style.ITEM, height=0.55)
    axes[0].barh(place, true, facecolor="none", edgecolor=style.INK, height=0.8)
    axes[0].set_yticks(place, names)
    axes[0].invert_yaxis()
    axes[0].set(xlabel="probability: share (outline), estimate (bar)")
    worst = int(np.argmax(found / np.maximum(true, 1e-9) * (true > 0)))
    for h, own in enumerate(buckets):
        for b in range(gap.shape[1]):
            who = "\n".join(names[k] for k in np.flatnonzero(own == b))
            edge = style.NEGATIVE if own[worst] == b else style.CONTEXT
            axes[1].add_patch(plt.Rectangle((b - 0.46, h - 0.34), 0.92, 0.68, facecolor=style.PAPER,
                                            edgecolor=edge, linewidth=1.5, zorder=2))  # fmt: skip
            axes[1].text(
                b, h, f"{who}\nevery {gap[h, b]:.0f}", ha="center", va="center", fontsize=8
            )
    for h in range(len(gap) - 1):
        for k in range(len(names)):
            ends = [buckets[h, k] + 0.05 * k - 0.1, buckets[h + 1, k] + 0.05 * k - 0.1]
            mine = k == worst
            axes[1].plot(ends, [h + 0.34, h + 0.66], "-" if mine else ":", linewidth=3 if mine else 1,
                         color=style.NEGATIVE if mine else style.CONTEXT)  # fmt: skip
    axes[1].set(xlim=(-0.6, gap.shape[1] - 0.4), ylim=(len(gap) - 0.6, -0.4))
    axes[1].set_xticks(range(gap.shape[1]))
    axes[1].set_yticks(range(len(gap)), [f"table {h + 1}" for h in range(len(gap))])
    axes[1].set(xlabel="bucket", title=f"how often each is hit; line: {names[worst]}")

    return tuple(axes)
