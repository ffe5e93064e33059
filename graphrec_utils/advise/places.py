"""Where a table stands on the sliders of "Which one wins?", and who was first there.

Of the seven sliders of lesson 18 four turn what a table says by itself: how much is known of a user, how long a
training has to serve, how much order pays, and how many items there are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graphrec_utils.advise.profile import Profile, coordinates
from graphrec_utils.results.regimes import level_words, regimes

COORDINATE = {"history": "history", "age": "days", "order": "order", "size": "size"}
IS = {
    "history": "items of your median user",
    "age": "half of the last tenth of your events comes within so many days: so old a training is by then",
    "order": "what a chain of the last item loses of its NDCG@10 when your histories are shuffled",
    "size": "your items",
}
MARGIN = 6  # percent of the line left and right of its levels, for what is written there


def places(seen: Profile, slices: Mapping[str, Mapping] | None = None) -> list[dict]:
    """Return for each slider of which the table has a coordinate where it stands.

    Args:
        seen: the profile of the table.
        slices: as `results.regimes.regimes` returns them, the default.

    Returns:
        [{"slice", "knob", "is": what the number is of the table, "says", "value": in its units, "words": the same to read, "at": percent of the line,
        "levels": [[percent, word]], "sets": [{"name", "there": [[level, first, [who cannot be told from it]]]}]}], of a set the
        levels on both sides of the table, or the one at the end.
    """
    slices, where, out = regimes() if slices is None else slices, coordinates(seen), []
    for name, coordinate in COORDINATE.items():
        value = where[coordinate]
        if value is None or name not in slices:
            continue
        slice_, sets = slices[name], slices[name]["sets"]
        levels = max((part["levels"] for part in sets.values()), key=len)
        out.append({
            "slice": name, "knob": slice_["knob"], "is": IS[name], "says": slice_.get("says", ""), "value": value,
            "words": f"{value:,.2f}" if value < 1 else f"{value:,.0f}", "at": _percent(value, levels),
            "beyond": not min(levels) <= value <= max(levels),
            "levels": [[_percent(level, levels), level_words(level)] for level in levels],
            "sets": [{"name": data, "there": _there(part, value)} for data, part in sets.items()],
        })  # fmt: skip
    return out


def _percent(value: float, levels: list[float]) -> float:
    """Return a place on a line where levels stand at equal distances; beyond them its end."""
    # by logarithms: between 1,000 and 10,000 things the middle is 3,000
    place = np.interp(np.log1p(value), np.log1p(levels), np.linspace(0, 1, len(levels)))
    return round(MARGIN + (100 - 2 * MARGIN) * float(place), 2)


def _there(part: Mapping, value: float) -> list[list]:
    levels, names = part["levels"], part.get("names")
    after = int(np.searchsorted(levels, value))
    near = sorted({max(after - 1, 0), min(after, len(levels) - 1)})
    if after < len(levels) and levels[after] == value:
        near = [after]
    elif not levels[0] <= value <= levels[-1]:
        near = near[:1] if after == 0 else near[-1:]
    return [
        [f"{names[k]} ({levels[k]:g})" if names else level_words(levels[k]), part["first"][k]["first"], list(part["first"][k]["level with"])]
        for k in near
    ]  # fmt: skip
