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

from graphrec_utils.style.colors import CONTEXT, ITEM, NEGATIVE, PAPER, POSITIVE, USER
from graphrec_utils.style.colors import INK as INK
from graphrec_utils.style.looks import METHOD as METHOD
from graphrec_utils.style.looks import VARIANT as VARIANT
from graphrec_utils.style.looks import look as look
from graphrec_utils.style.looks import mark as mark

CYCLE = (USER, ITEM, POSITIVE, NEGATIVE, CONTEXT)  # lines that have no name of their own,
MARKERS = ("o", "s", "^", "D", "v")  # told apart by marker as well

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
