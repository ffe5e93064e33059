"""What the morals of lesson 09 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, mean, of


def loss() -> bool:
    leads = of("09_ablation")["PinWorld"]["leads"]
    best = lambda name: max(s["ndcg"] for s in of("09_choices")["settings"] if s["loss"] == name)  # noqa: E731
    ideas = [
        leads["importance pooling over mean pooling"],
        leads["importance, curriculum over importance pooling"],
    ]
    return (
        best("softmax") > best("hinge")
        and not any(ahead(x) for x in ideas)
        and best("softmax") - best("hinge") > max(x["high"] for x in ideas)
    )


def count_the_known() -> bool:
    pins = {r["model"]: r for r in of("09_rivals")["PinWorld"]["models"]}
    articles = {r["model"]: r["ndcg"] for r in of("09_rivals")["citeulike-t"]["models"]}
    counting, encoder, content = (
        pins[x] for x in ("RP3β, both ways", "PinSage, softmax", "content, trained")
    )
    return (
        counting["on boards"] > encoder["on boards"]
        and articles["RP3β"] > articles["PinSage, softmax"]
        and abs(content["on no board"] / counting["on no board"] - 1) < 0.1
    )


def anew() -> bool:
    data, levels = "PinWorld, pins born since", (3, 7, 14, 28)
    old = [mean("age", data, x, "PinSage, vectors of the training") for x in levels]
    return all(mean("age", data, x, "PinSage") > y for x, y in zip(levels, old, strict=True))


MORALS = {
    "Before you add an idea, try another loss: it may be the larger step": loss,
    "Where things are known, count; what nobody has sorted yet, content finds as well as counting does": count_the_known,
    "Whether or not you train tonight, make the vectors anew": anew,
    "What can never come again leaves every list, or whoever learned it is punished": lambda: (
        # articles: RP3β's NDCG@20 doubles when the known pairs leave the lists
        (rows := {m["model"]: m for m in of("09_rivals")["citeulike-t"]["models"]})
        and rows["RP3β"]["ndcg"] > 1.8 * rows["RP3β"]["known left in"]
    ),
}
