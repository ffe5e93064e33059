"""What the morals of lesson 07 rest on."""

from __future__ import annotations

from tests.lessons.evidence import first, mean, of, printed


def seldom_best() -> bool:
    stored = of("07_rivals")
    more, seldom = " + popularity", []
    for data in stored.values():
        rows = {r["model"]: r for r in data["models"] if r["model"].endswith(more)}
        for group in ("all", "known", "new with edges", "new without"):
            seldom.append(max(rows, key=lambda name: rows[name][group]) == f"GraphSAGE{more}")
        named = max(
            v["known"] for k, v in rows.items() if k.startswith(("RP3β", "iALS", "LightGCN"))
        )
        if named <= rows[f"GraphSAGE{more}"]["known"]:
            return False
    return sum(seldom) <= 2  # of eight


MORALS = {
    "A pin that hears nobody must not always be the right answer": lambda: (
        printed("07", "nobody silenced", 1)[0] > 0.9
        and printed("07", "nobody silenced")[0] < printed("07", "a fifth silenced")[0]
    ),
    "A table is better for the items it knows; an encoder has a vector for every item, and is seldom the best on any group": seldom_best,
    "You win the newcomers of the first days, as long as their content tells the truth": lambda: (
        first("age", "PinWorld, pins born since", 3)["first"] == "PinSage"
        and first("age", "PinWorld, pins born since", 28)["first"] == "RP3β"
        and mean("content", "PinWorld", 1, "PinSage") < mean("content", "PinWorld", 1, "RP3β")
    ),
}
