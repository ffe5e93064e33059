"""A dot product of one coordinate beside networks that were trained to imitate it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

REACH = 3.0  # p and q shown, to both sides of 0
BANDS = 18  # colors between the scores -9 and 9
Network = Sequence[np.ndarray]  # W (w, 2), b (w,), v (1, w) and c (1,)


def surface(
    networks: Sequence[Network], user: float = 1.0, item: float = 1.5, trained: float = 2.0
) -> Visual:
    r"""Return a visual of $p \cdot q$ and of $\mathbf v^\top \mathrm{ReLU}(\mathbf W [p; q] + \mathbf b) + c$.

    Two maps over p and q and, beside them, the scores of one item for all users. Move the user p
    and the item q, choose a network, show the difference. `.live().item` is the q shown.

    Args:
        networks: the parameters of each, in the order of torch: W (w, 2), b (w,), v (1, w), c (1,).
        user, item: p and q at the start, between -3 and 3.
        trained: the networks have seen p and q between -trained and trained.

    Raises:
        ValueError: there is no network, its shapes do not fit, or a number is out of range.
    """
    if not networks:
        raise ValueError("give at least one network")
    if not (-REACH <= user <= REACH and -REACH <= item <= REACH and 0 < trained <= REACH):
        raise ValueError(
            f"user and item must lie between -3 and 3 and trained between 0 and 3; got {user}, "
            f"{item} and {trained}"
        )
    nets = [_rounded(network) for network in networks]
    names = ", ".join(str(len(net["b"])) for net in nets)
    off = float(score(nets[-1], REACH, REACH)) - REACH * REACH
    return Visual(
        Path(__file__).with_name("surface.js"),
        state={
            "networks": nets,
            "colors": _colors(),
            "shown": min(1, len(nets) - 1),
            "difference": False,
            "user": float(user),
            "item": float(item),
            "trained": float(trained),
        },
        text=f"p · q and networks of {names} units",
        alt=(
            f"Maps over p and q from -3 to 3: the product, a saddle with a cross as zero line, and "
            f"networks of {names} units, made of flat pieces with creases between them. A dashed "
            f"square marks where they were trained. At p = q = 3 the last one is off by {off:.1f}. "
            f"Below, the score over p at q = {item:g}: a straight line for the product, bent lines "
            "for the networks."
        ),
        draw=lambda: draw(nets, item, trained),
    )


def score(network: dict, p, q) -> np.ndarray:
    """Return what a network says for p and q, which broadcast."""
    p, q = np.broadcast_arrays(np.asarray(p, float), np.asarray(q, float))
    W, b, v = (np.asarray(network[name]) for name in "Wbv")
    return np.maximum(np.stack([p, q], axis=-1) @ W.T + b, 0) @ v + network["c"]


def draw(networks: list[dict], item: float, trained: float) -> tuple[Axes, ...]:
    """Draw the map of the product and of each network, and below each its scores of one item."""
    axis = np.linspace(-REACH, REACH, 121)
    p, q = np.meshgrid(axis, axis)
    panels = {"p · q": p * q}
    panels |= {f"{len(net['b'])} units": score(net, p, q) for net in networks}
    figure = plt.figure(figsize=(7.2, 4.2))
    maps, lines = figure.subplots(2, len(panels), sharex=True, sharey="row", squeeze=False)
    for top, below, (name, values) in zip(maps, lines, panels.items(), strict=True):
        top.contourf(p, q, values, np.linspace(-9, 9, BANDS + 1), cmap=style.SIGNED, extend="both")
        top.contour(p, q, values, [0], colors=style.INK, linewidths=1)
        side = 2 * trained
        top.add_patch(
            Rectangle((-trained, -trained), side, side, fill=False, ls="dashed", ec=style.INK)
        )
        top.axhline(item, color=style.INK, linewidth=1, linestyle="dotted")
        top.set(title=f"{name}\n{values[-1, -1]:.1f} at ({REACH:g}, {REACH:g})", aspect="equal")
        below.plot(axis, item * axis, color=style.CONTEXT, linewidth=3)
        if name != "p · q":
            k = list(panels).index(name) - 1
            color = style.USER
            below.plot(axis, score(networks[k], axis, item), color=color, linestyle="dashed")
        below.set(xlabel="user p", ylim=(-9, 9))
    maps[0].set_ylabel("item q")
    lines[0].set_ylabel(f"score at q = {item:g}")
    return (*maps, *lines)


def _rounded(network: Network) -> dict:
    """Return the parameters as plain numbers; four decimals are more than the eye sees."""
    parts = [np.asarray(x, float).round(4) + 0.0 for x in network]
    shapes = [x.shape for x in parts]
    width = shapes[0][0] if shapes and shapes[0] else 0
    if shapes != [(width, 2), (width,), (1, width), (1,)] or not width:
        raise ValueError(f"a network is W (w, 2), b (w,), v (1, w) and c (1,); got {shapes}")
    if not all(np.isfinite(x).all() for x in parts):
        raise ValueError("the parameters of a network must be finite numbers")
    W, b, v, c = parts
    return {"W": W.tolist(), "b": b.tolist(), "v": v[0].tolist(), "c": c.item()}


def _colors() -> list[str]:
    """Return the colors of the bands of scores, from -9 to 9."""
    shades = mpl.colormaps[style.SIGNED]((np.arange(BANDS) + 0.5) / BANDS)
    return [mpl.colors.to_hex(shade) for shade in shades]
