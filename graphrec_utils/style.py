"""One visual language for every figure of the course.

Color is never the only carrier of meaning: users are circles on the left, items are squares on
the right, positives are solid lines, negatives dashed ones. The five colors were chosen for the
largest distance between any two of them under normal, protan, deutan and tritan vision
(Machado et al. 2009), each with a contrast of at least 3 on white and on #111.
"""

from __future__ import annotations

import io
import sys

import matplotlib as mpl

from graphrec_utils import methods

USER, ITEM = "#0F6CAC", "#EC630E"
POSITIVE, NEGATIVE = "#18A774", "#A23B64"
CONTEXT, INK, PAPER = "#8A9099", "#111111", "#FFFFFF"

CYCLE = (USER, ITEM, POSITIVE, NEGATIVE, CONTEXT)  # lines that have no name of their own,
MARKERS = ("o", "s", "^", "D", "v")  # told apart by marker as well

# A method looks the same in all figures of the course, and like no side: a color of its own, a mark of
# its own. As keywords of ax.plot: **style.METHOD["iALS"].
METHOD = {
    name: dict(zip(("color", "marker"), method.look, strict=True))
    for name, method in methods.with_("look").items()
}
VARIANT = {"linestyle": "dashed", "markerfacecolor": PAPER}  # of a method, beside the method itself

LAYERS = "viridis"  # layers k = 0 … K
SIGNED = "RdBu_r"  # signed values, centered at 0
MAGNITUDE = "cividis"  # values that only grow

# Keyword arguments of networkx.draw_networkx_nodes and draw_networkx_edges. An outline in ink and
# a thicker line mark the query or the highlight: never a new color.
NODE = {
    "user": {"node_color": USER, "node_shape": "o", "node_size": 260},
    "item": {"node_color": ITEM, "node_shape": "s", "node_size": 240},
}
EDGE = {
    "positive": {"edge_color": POSITIVE, "style": "solid", "width": 2.0},
    "negative": {"edge_color": NEGATIVE, "style": "dashed", "width": 2.0},
    "context": {"edge_color": CONTEXT, "style": "solid", "width": 1.0},
}

RC = {
    "figure.figsize": (6.0, 3.6),
    "figure.dpi": 110,
    "figure.facecolor": PAPER,  # opaque: readable on a dark page as well
    "figure.constrained_layout.use": True,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "legend.frameon": False,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "graphrec",  # identical bytes for identical figures
}


def look(name: str) -> dict:
    """Return the keywords of ax.plot for a method's line or mark; a variant, "MF, small", is MF's, dashed and hollow.

    A method that has no look is a gray square.
    """
    if name in METHOD:
        return METHOD[name]
    plain = METHOD.get(name.partition(",")[0])
    return {**plain, **VARIANT} if plain else {"color": CONTEXT, "marker": "s"}


def mark(name: str) -> dict[str, str] | None:
    """Return the color and the outline of a method's mark, the points of a polygon in a square of 12 pixels.

    None for a method that has no look. What stands behind a comma is a variant's: "MF, small" looks as "MF".
    """
    look = METHOD.get(name) or METHOD.get(name.partition(",")[0])
    if not look:
        return None
    from matplotlib.markers import MarkerStyle

    marker = MarkerStyle(look["marker"])
    path = marker.get_path().transformed(marker.get_transform())
    (outline,) = path.to_polygons() or [path.vertices]
    reach = abs(outline).max()
    points = " ".join(f"{6 + 5 * x / reach:.1f},{6 - 5 * y / reach:.1f}" for x, y in outline)
    return {"color": look["color"], "points": points}


def use() -> None:
    """Switch Matplotlib to the course's style; call it once, in the setup cell.

    In a notebook figures come with twice as many points as they are wide, for screens that have them.
    """
    mpl.rcParams.update(RC)
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina")


def lean(png: bytes, colors: int = 256) -> bytes:
    """Return a PNG file with so few colors: a drawing looks the same at a third of the size."""
    from PIL import Image

    file = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        if image.mode == "P" and len(image.getpalette()) <= 3 * colors:
            return png  # twice is once: a student's notebook takes what the solved one stored
        image.convert("RGB").quantize(colors, dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )
    return min(file.getvalue(), png, key=len)
