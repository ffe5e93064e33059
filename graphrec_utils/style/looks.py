"""How methods look: a file of its own, so that a new method concerns the figures that show methods, and no other."""

from __future__ import annotations

from graphrec_utils import methods
from graphrec_utils.style.colors import CONTEXT, PAPER

# A method looks the same in all figures of the course, and like no side: a color of its own, a mark of
# its own. As keywords of ax.plot: **style.METHOD["iALS"].
METHOD = {
    name: dict(zip(("color", "marker"), method.look, strict=True))
    for name, method in methods.with_("look").items()
}
# of a method, beside the method itself
VARIANT = {"linestyle": "dashed", "markerfacecolor": PAPER}


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
