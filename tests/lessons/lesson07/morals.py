"""What the morals of lesson 07 rest on."""

from __future__ import annotations

from itertools import pairwise

from tests.lessons.evidence import ahead, behind, first, mean, of, printed

MORE = " + popularity"
NAMED = ("RP3β", "iALS", "LightGCN")
SINCE = "PinWorld, pins born since"


def rows_remember() -> bool:
    """Known: iALS ahead of GraphSAGE beyond chance; untouched: those with names find next to nothing, in both worlds."""
    for data in of("07_rivals").values():
        rows = {r["model"]: r for r in data["models"] if r["model"].endswith(MORE)}
        named = max(row["new without"] for k, row in rows.items() if k.startswith(NAMED))
        content = min(row["new without"] for k, row in rows.items() if k.startswith("content"))
        lead = data["leads"][f"GraphSAGE{MORE} over iALS, folded in{MORE}, known"]
        kept = min(row["known"] for k, row in rows.items() if k.startswith(NAMED))
        read = max(
            row["known"] for k, row in rows.items() if k.startswith(("GraphSAGE", "content"))
        )
        if not behind(lead) or named > content / 3 or kept <= read:
            return False
    return True


MORALS = {
    "If a loss is least where all vectors are equal, training makes them equal": lambda: (
        printed("07", "mean cosine of two pins, every ten steps:")[0] < 0.1
        and printed("07", "mean cosine of two pins, every ten steps:")[-1] > 0.99
    ),
    "What is predicted must not be heard": lambda: (
        printed("07", "NDCG@20 of hidden over heard")[-2] > 0
    ),
    "Known items are served best by those who keep their whole history, in rows or counts. An item that nobody has touched has none, and content speaks alone": rows_remember,
    "Reading helps most before a newcomer has edges, and counting catches up as they come. So ask how old what you recommend is, not only who is best over all": lambda: (
        all(
            ahead(data["leads"][f"GraphSAGE{MORE} over RP3β{MORE}, new without"])
            and not ahead(data["leads"][f"GraphSAGE{MORE} over RP3β{MORE}, all"])
            for data in of("07_rivals").values()
        )
        # catches up: from one day to the next both encoders lose of their lead
        and all(
            mean("age", SINCE, a, x) - mean("age", SINCE, a, "RP3β")
            > mean("age", SINCE, b, x) - mean("age", SINCE, b, "RP3β")
            for x in ("GraphSAGE", "PinSage")
            for a, b in pairwise((3, 7, 14, 28))
        )
        and first("age", SINCE, 3)["first"] == "PinSage"
        and ahead(first("age", SINCE, 3)["behind"]["RP3β"])
        and mean("age", SINCE, 3, "GraphSAGE") > mean("age", SINCE, 3, "RP3β")
        and "RP3β" in first("age", SINCE, 7)["level with"]
        and first("age", SINCE, 28)["first"] == "RP3β"
        and {"GraphSAGE", "PinSage"} <= set(first("age", SINCE, 28)["behind"])
    ),
    "A pin that hears nobody must not always be the right answer": lambda: (
        # over all, known, with edges, without, of the lists
        printed("07", "none  ")[-1] > 0.9
        and printed("07", "none  ")[0] < printed("07", "a fifth  ")[0]
    ),
    "Where the author is known, counting the author's pins comes close, and false content does not hurt it": lambda: (
        mean("content", "PinWorld", 0, "PinSage") - mean("content", "PinWorld", 0, "RP3β") < 0.02
        and mean("content", "PinWorld", 1, "PinSage") < mean("content", "PinWorld", 1, "RP3β")
        and mean("content", "PinWorld", 1, "RP3β") == mean("content", "PinWorld", 0, "RP3β")
    ),
}
