"""Drawings for votes of the hours of lessons 11 and 14: what is asked, without its answer."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def one_draw() -> Sheet:
    sheet = Sheet(
        124,
        "A row with one draw, in three variants: negatives only takes log Q off the draw, nQ, hits out log nQ, and Yi takes log Q off the positive and the draw",
    )
    variants = (("negatives only", "as it is", "− log Q"), ("nQ, hits out", "as it is", "− log nQ"), ("Yi", "− log Q", "− log Q"))  # fmt: skip
    for k, (name, *said) in enumerate(variants):
        x = 395 * k
        sheet.text(x + 185, 26, name, at="middle", bold=True)
        for j, (each, color) in enumerate(zip(said, (POSITIVE, CONTEXT), strict=True)):
            sheet.box(x + 2 + 188 * j, 44, 178, 44, fill=TINT[color], edge=color)
            sheet.text(x + 91 + 188 * j, 75, each, at="middle", bold="log" in each)
            sheet.text(x + 91 + 188 * j, 116, ("positive", "one draw")[j], at="middle", size=24, color=QUIET)  # fmt: skip
    return sheet


def before() -> Sheet:
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    row = models["in-batch, no correction"]
    halves = (("what is found, NDCG@20", row["ndcg"]), ("rare places, recall@20", row["tail recall"]))  # fmt: skip
    told = "; ".join(f"{name}: {value:.3f}" for name, value in halves)
    sheet = Sheet(130, f"Without the correction, on Gowalla: {told}; with it: a question mark")
    for k, (name, value) in enumerate(halves):
        x = 590 * k
        sheet.text(x, 26, name, bold=True)
        wide = 1500 * value
        sheet.bar(x, 44, wide, 38, CONTEXT)
        sheet.text(x + wide + 12, 72, f"{value:.3f} without")
        sheet.box(x + 2, 90, wide, 36, fill="#fff", edge=ITEM, dashed=True, round=2)
        sheet.text(x + wide + 12, 117, "? with log Q", bold=True, color=ITEM)
    return sheet


def one_or_seven() -> Sheet:
    sheet = Sheet(
        164,
        "Above, seven matrices, each times its vector, are added up; below, one wide matrix times the seven vectors side by side. Are they the same?",
    )
    sheet.text(0, 48, "R-GCN", bold=True)
    sheet.text(0, 136, "side by side", bold=True)
    for k, name in enumerate(("W₀", *(f"W{x}" for x in "₁₂₃₄₅₆"))):
        color = ITEM if k else USER
        x = 190 + 138 * k
        sheet.box(x, 12, 56, 56, fill=TINT[color], edge=color, round=3)
        sheet.text(x + 28, 49, name, at="middle")
        sheet.box(x + 62, 12, 24, 56, fill=color, edge=color, round=3)
        if k < 6:
            sheet.text(x + 112, 49, "+", at="middle", bold=True, size=30)
        sheet.box(700 + 32 * k, 100, 24, 56, fill=color, edge=color, round=3)
    sheet.box(190, 100, 430, 56, fill=TINT[CONTEXT], edge=INK, round=3)
    sheet.text(405, 137, "one matrix W", at="middle", bold=True)
    sheet.text(660, 137, "·", at="middle", bold=True, size=34)
    sheet.text(960, 137, "the same?", bold=True, color=ITEM, size=30)
    return sheet


def nobody_there() -> Sheet:
    sheet = Sheet(
        90,
        "A list in which all places are empty, each with minus infinity, goes through a softmax and then through nan_to_num; what comes out is asked",
    )
    for k in range(4):
        sheet.box(2 + 74 * k, 16, 66, 58, fill="#fff", edge=CONTEXT, dashed=True, round=4)
        sheet.text(35 + 74 * k, 54, "−∞", at="middle", size=28)
    for x, name, wide in ((370, "softmax", 150), (720, "nan_to_num", 190)):
        sheet.line(x - 66, 45, x - 8, 45, wide=4, head=True)
        sheet.box(x, 14, wide, 62, fill=TINT[USER], edge=USER)
        sheet.text(x + wide / 2, 54, name, at="middle", bold=True)
        sheet.line(x + wide + 8, 45, x + wide + 58, 45, wide=4, head=True)
        sheet.text(x + wide + 84, 57, "?", at="middle", bold=True, size=38, color=NEGATIVE)
    return sheet


def what_it_costs() -> Sheet:
    arms = results.load("14_climb").values["PinWorld"]["arms"]
    ways = {name: seconds(arms, name) for name in ("mean", "attention", "transformer")}
    told = ", ".join(f"{name} {value:.0f} s" for name, value in ways.items())
    sheet = Sheet(138, f"Seconds of a training with six graphs: {told}; what each finds is asked")
    for k, (name, value) in enumerate(ways.items()):
        y = 46 * k
        sheet.text(180, y + 32, name, at="end", bold=True)
        sheet.bar(200, y + 6, 8 * value, 34, ITEM)
        sheet.text(200 + 8 * value + 12, y + 32, f"{value:.0f} s" + " of training" * (not k))
        sheet.text(960, y + 32, "recall@10 ?", color=QUIET)
    return sheet


def seconds(arms, way: str) -> float:
    """Return the CPU seconds of a training of six graphs."""
    return next(arm["seconds"] for arm in arms if arm["arm"] == f"each its own, {way}")


LONGER = "PinSage, as long as the transformer, left in"
MEAN, WHOLE, IALS = "mean, left in", "transformer, left in", "iALS, all graphs, d = 24"


def four_dots() -> Sheet:
    return dots({})


def four_dots_named() -> Sheet:
    return dots({IALS: "iALS, six", LONGER: "larger PinSage", WHOLE: "transformer", MEAN: "plain mean"})  # fmt: skip


def dots(names: dict[str, str]) -> Sheet:
    """Draw recall@10 of the four answers of a vote, with a "?" each where they have no names."""
    test = {row["model"]: row["recall"]["all@10"] for row in results.load("14_answers").values["PinWorld"]["test"]}  # fmt: skip
    sizes = {row["model"]: row["recall"]["all"] for row in results.load("14_sizes").values["PinWorld"]["models"]}  # fmt: skip
    values = {name: test[name] for name in (MEAN, WHOLE, LONGER)} | {IALS: sizes[IALS]}
    values = dict(sorted(values.items(), key=lambda pair: pair[1]))
    told = ", ".join(f"{names.get(name, '?')} {value:.3f}" for name, value in values.items())
    sheet = Sheet(118, f"Four dots on a line of recall at 10, {told}: which model is which?")
    sheet.line(60, 60, 1100, 60, wide=4)
    for name, value in values.items():
        x = 130 + (value - 0.25) / 0.014 * 900
        sheet.dot(x, 60, 15, ITEM)
        at, aside = {LONGER: ("end", 40), WHOLE: ("start", -30)}.get(name, ("middle", 0))
        at, aside = (at, aside) if names else ("middle", 0)
        sheet.text(x + aside, 30, names.get(name, "?"), at=at, bold=True, color=ITEM)
        sheet.text(x, 106, f"{value:.3f}", at="middle")
    return sheet


DRAWINGS = {
    "four dots": four_dots,
    "four dots, named": four_dots_named,
    "one draw": one_draw,
    "before": before,
    "one or seven": one_or_seven,
    "nobody there": nobody_there,
    "what it costs": what_it_costs,
}
