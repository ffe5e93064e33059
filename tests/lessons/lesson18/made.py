"""One of each visual of lesson 18, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.plots import visuals


def slice_of(knob: str, *sets: tuple[str, list, dict[str, list]]) -> dict:
    """Return a slice as the grid stores it, of means by level; within .01 nobody can be told from another."""
    out = {}
    for data, levels, means in sets:
        first = []
        for k, level in enumerate(levels):
            best = max(means, key=lambda name, at=k: means[name][at])
            near = {x for x in means if means[x][k] > means[best][k] - 0.01} - {best}
            first.append(
                {
                    "level": level,
                    "first": best,
                    "behind": {},
                    "level with": {x: {} for x in sorted(near)},
                }
            )
        methods = {
            x: [{"mean": y, "low": y - 0.01, "high": y + 0.01} for y in ys]
            for x, ys in means.items()
        }
        out[data] = {"levels": levels, "methods": methods, "first": first, "crossings": []}
    return {"knob": knob, "unit": "likes", "measure": "NDCG@20", "sets": out}


SLICES = {
    "history": slice_of(
        "likes known",
        ("PinWorld", [1, 5, 20], {"LightGCN": [0.16, 0.15, 0.13], "RP3β": [0.11, 0.155, 0.15], "popularity": [0.02, 0.02, 0.02]}),
        ("Gowalla", [1, 5], {"iALS": [0.13, 0.15], "RP3β": [0.10, 0.19]}),
    ),
    "content": slice_of("noise in content", ("PinWorld", [0, 0.5, 1], {"content": [0.3, 0.2, 0.01], "PinSage": [0.25, 0.22, 0.2]})),
}  # fmt: skip

SLICES["content"]["sets"]["PinWorld"]["names"] = ["clean", "blurred", "torn"]
SLICES["content"]["says"] = "Noise costs content more than a graph."
SIZES = {
    "size": slice_of(
        "things",
        (
            "catalogs",
            [1_000, 100_000, 10_000_000],
            {"iALS, exact scan": [60_000, 800, 0], "Pixie": [9_000, 3_000, 2_000]},
        ),
    )
}
SIZES["size"] |= {"scale": "log", "unit": "things", "measure": "requests a second"}

MADE = {
    "arrivals": lambda: visuals.arrivals({"A/A": (np.arange(60) % 3, np.arange(60) % 4)}),
    "regimes": lambda: visuals.regimes(SLICES, {"history": 3}),
    "fusion": lambda: visuals.fusion({"cosine": [7, 3, 2], "walk": [3, 5]}, saved=[5, 3]),
}  # fmt: skip
