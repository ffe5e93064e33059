"""The figure of the page about Gowalla's numbers: what every method of the course finds, and in how many seconds."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from graphrec_utils import results, style

FILE = "gowalla-seconds.png"  # beside the page
ORDERED = {  # as stored -> as drawn; they read the order of the lists
    "RP3β, last places first": "last places first*",
    "near visits": "near visits*",
    "both": "both of them*",
}
# the stored name -> what the figure calls it, and whose look it has
TRAINED = {
    "BPR-MF": ("BPR-MF", "BPR-MF"),
    "MF, LightGCN's recipe": ("matrix factorization, LightGCN's recipe", "MF, LightGCN's recipe"),
    "LightGCN, published": ("LightGCN, as published", "LightGCN"),
    "LightGCN, recipe, 20 epochs": ("LightGCN, our recipe", "LightGCN"),
    "NGCF, published": ("NGCF, as published, stopped", "NGCF"),
}
LOOKS = {  # of the others; iALS is fitted once for each point
    "iALS, d = 64, 256, 1024": style.METHOD["iALS"],
    "popularity": style.METHOD["popularity"],
    "SVD low-pass": style.METHOD["SVD low-pass"],
    "linear filter": {"color": style.USER, "marker": "o"},
    "RP3β": style.METHOD["RP3β"],
    "GF-CF": style.METHOD["GF-CF"],
    "RP3β and low-pass": {"color": style.NEGATIVE, "marker": "D"},
    "last places first*": {"color": style.NEGATIVE, "marker": "<"},
    "near visits*": {"color": style.POSITIVE, "marker": "s"},
    "both of them*": {"color": style.ITEM, "marker": "X"},
}


def points() -> dict[str, list[tuple[float, float]]]:
    """Return, for each method, CPU seconds and recall@20 on test; several of what was trained.

    The seconds of a training leave out the ranking of all users; those of the others hold it.
    """
    out = {}
    for name in ("04_gfcf_gowalla", "06_gowalla_frontier"):  # of both the later, as in the table
        stored = results.load(name).values
        for model, found in stored["test"].items():
            out[ORDERED.get(model, model)] = [
                (stored["CPU seconds with ranking"][model], found["recall@20"])
            ]
    sizes = results.load("02_ials_gowalla").values["test by dimension"]
    out["iALS, d = 64, 256, 1024"] = [(x["training, CPU seconds"], x["recall@20"]) for x in sizes]
    curves = results.load("06_gowalla_curves").values["curves"]
    for name in TRAINED:
        out[name] = [(x["cpu seconds"], x["recall@20"]) for x in curves[name]["points"]]
    return out


def told() -> str:
    """Return the figure in words."""
    found = sorted(points().items(), key=lambda row: -row[1][-1][1])
    rows = [
        f"{TRAINED.get(name, (name,))[0]} {curve[-1][1]:.3f} in {curve[-1][0]:.0f} s"
        for name, curve in found
    ]
    return "Recall@20 against CPU seconds: " + "; ".join(rows) + "."


def draw() -> Figure:
    """Return the figure; best at its end stands first in the legend."""
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(8.4, 4.4))
        ax = figure.subplots()
        found = points()
        for name in sorted(found, key=lambda name: -found[name][-1][1]):
            label, method = TRAINED.get(name, (name, None))
            look = style.METHOD[method] if method else LOOKS[name]
            line = {"linestyle": "dashed" if "published" in name else "solid", "linewidth": 1}
            ax.plot(*zip(*found[name], strict=True), label=label, markersize=6, **look, **line)
        ax.set(xscale="log", xlabel="CPU seconds", ylabel="recall@20 on test")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
        ax.grid(alpha=0.3)
    return figure


def write(folder: Path) -> None:
    """Write the picture into a folder, sharp on screens with twice as many points."""
    draw().savefig(folder / FILE, format="png", dpi=200, metadata={"Software": None})
