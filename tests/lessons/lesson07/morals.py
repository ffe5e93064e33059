"""What the morals of lesson 07 rest on."""

from __future__ import annotations

from tests.lessons.evidence import first, mean, of, printed


def best_once() -> bool:
    """GraphSAGE has the highest mark among PinWorld's new pins with edges, and nowhere else."""
    stored = of("07_rivals")
    more, best = " + popularity", []
    for world, data in stored.items():
        rows = {r["model"]: r for r in data["models"] if r["model"].endswith(more)}
        for group in ("all", "known", "new with edges", "new without"):
            if max(rows, key=lambda name: rows[name][group]) == f"GraphSAGE{more}":
                best.append((world, group))
        named = max(
            v["known"] for k, v in rows.items() if k.startswith(("RP3β", "iALS", "LightGCN"))
        )
        if named <= rows[f"GraphSAGE{more}"]["known"]:
            return False
    return best == [("PinWorld", "new with edges")]


MORALS = {
    "A pin that hears nobody must not always be the right answer": lambda: (
        printed("07", "nobody silenced", 1)[0] > 0.9
        and printed("07", "nobody silenced")[0] < printed("07", "a fifth silenced")[0]
    ),
    "A table is better for the items it knows. GraphSAGE has a vector for every item, and its mark is the highest for one group in one world: new pins with edges": best_once,
    "Looking from pin to pin, you win the newcomers of the first days. Where the author is known, counting the author's pins comes close, and false content does not hurt it": lambda: (
        first("age", "PinWorld, pins born since", 3)["first"] == "PinSage"
        and first("age", "PinWorld, pins born since", 28)["first"] == "RP3β"
        and mean("age", "PinWorld, pins born since", 3, "GraphSAGE")
        > mean("age", "PinWorld, pins born since", 3, "RP3β")
        and mean("content", "PinWorld", 0, "PinSage") - mean("content", "PinWorld", 0, "RP3β")
        < 0.02
        and mean("content", "PinWorld", 1, "PinSage") < mean("content", "PinWorld", 1, "RP3β")
        and mean("content", "PinWorld", 1, "RP3β") == mean("content", "PinWorld", 0, "RP3β")
    ),
}
