"""What the morals of lesson 06 rest on."""

from __future__ import annotations

from tests.lessons.evidence import first, mean, of


def larger_step() -> bool:
    last = {
        name: curve["points"][-1]["recall@20"]
        for name, curve in of("06_gowalla_curves")["curves"].items()
    }
    layers = last["LightGCN, recipe, 20 epochs"] - last["MF, LightGCN's recipe"]
    recipe = last["MF, LightGCN's recipe"] - last["BPR-MF"]
    return layers > recipe and last["GF-CF"] > last["MF, LightGCN's recipe"]


MORALS = {
    "Walking the graph is the larger step, and here it needs no training": larger_step,
    "With one like a learned vector is first on PinWorld, with fifty item2item. Where new films come out every week, first ask what is new": lambda: (
        first("history", "PinWorld", 1)["first"] in ("iALS", "LightGCN")
        and first("history", "PinWorld", 50)["first"] == "item2item"
        and mean("history", "MovieTweetings", 1, "recent")
        > mean("history", "MovieTweetings", 1, "iALS")
    ),
}
