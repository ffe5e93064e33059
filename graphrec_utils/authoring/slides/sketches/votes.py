"""Drawings for votes of the hours of lessons 11 and 14: what is asked, without its answer."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson14 import GRAPHS, KNOWN
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

ONE_DRAW = (  # what is taken off the positive and off the draw, and how far from log p it ends
    ("a", "negatives only", "as it is", "− log Q", 1.47),
    ("b", "nQ, hits out", "as it is", "− log nQ", 1.47),
    ("c", "Yi", "− log Q", "− log Q", 0),
    ("d", "no correction", "as it is", "as it is", 1.17),
)
APART = 293  # pixels from one of them to the next


def one_draw() -> Sheet:
    told = "; ".join(f"{a} {name}, positive {pos}, draw {neg}" for a, name, pos, neg, _ in ONE_DRAW)
    sheet = Sheet(138, f"A row with one draw, in four variants: {told}")
    for k, (letter, name, *said, _) in enumerate(ONE_DRAW):
        x = APART * k
        sheet.text(x, 28, letter, bold=True, size=30)
        sheet.text(x + 30, 28, name, bold=True)
        for j, (each, color) in enumerate(zip(said, (POSITIVE, CONTEXT), strict=True)):
            sheet.box(x + 2 + 138 * j, 48, 130, 50, fill=TINT[color], edge=color)
            sheet.text(x + 67 + 138 * j, 82, each, at="middle", size=24, bold="log" in each)
            sheet.text(x + 67 + 138 * j, 128, ("positive", "one draw")[j], at="middle", size=24, color=QUIET)  # fmt: skip
    return sheet


def one_draw_ends() -> Sheet:
    """Draw, below the variants, how far from log p each answer of the vote on one draw ends."""
    told = ", ".join(f"{letter} {name} {error:.2f}" for letter, name, *_, error in ONE_DRAW)
    sheet = Sheet(96, f"Four items, one draw, the largest error of a logit: {told}")
    for k, (*_, error) in enumerate(ONE_DRAW):
        x = APART * k + 2
        sheet.bar(x, 8, 130 * error, 44, CONTEXT if error else POSITIVE)
        sheet.text(x + 12 + 130 * error, 39, f"{error:.2f}", bold=not error)
    sheet.text(
        0,
        88,
        "how far off it ends: the largest error of a logit, on four items",
        size=24,
        color=QUIET,
    )
    return sheet


def before() -> Sheet:
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    row = models["in-batch, no correction"]
    halves = (("found: NDCG@20", row["ndcg"]), ("rare (least popular 4/5): recall@20", row["tail recall"]))  # fmt: skip
    told = "; ".join(f"{name}: {value:.3f}" for name, value in halves)
    sheet = Sheet(130, f"Without the correction, on Gowalla: {told}; with it: a question mark")
    for k, (name, value) in enumerate(halves):
        x = 590 * k
        sheet.text(x, 26, name, bold=True)
        wide = 1500 * value
        sheet.bar(x, 44, wide, 38, CONTEXT)
        sheet.text(x + wide + 12, 72, f"{value:.3f} without")
        for y in (90, 126):  # how long it is, is asked: it has no end
            sheet.line(x + 2, y, x + 120, y, color=ITEM, dashed=True)
        sheet.line(x + 2, 90, x + 2, 126, color=ITEM, dashed=True)
        sheet.text(x + 140, 117, "? with log Q (released code)", bold=True, color=ITEM)
    return sheet


def nobody_there() -> Sheet:
    nobody = 100 - KNOWN[GRAPHS.index("user-ad")][0]
    sheet = Sheet(
        160,
        "A list in which all places are empty: minus infinity is added to each fit, the softmax gives no number, and then nan_to_num writes 0; whether it trains is asked",
    )
    for k in range(4):
        sheet.box(2 + 74 * k, 16, 66, 58, fill="#fff", edge=CONTEXT, dashed=True, round=4)
        sheet.text(35 + 74 * k, 54, "−∞", at="middle", size=28)
    sheet.text(0, 110, "each place: fit + (−∞)", size=24, color=QUIET)
    for x, name, wide, out in ((370, "softmax", 150, "NaN"), (720, "nan_to_num", 190, "0")):
        sheet.line(x - 66, 45, x - 8, 45, wide=4, head=True)
        sheet.box(x, 14, wide, 62, fill=TINT[USER], edge=USER)
        sheet.text(x + wide / 2, 54, name, at="middle", bold=True)
        sheet.line(x + wide + 8, 45, x + wide + 58, 45, wide=4, head=True)
        sheet.text(x + wide + 96, 55, out, at="middle", bold=True, size=28, color=NEGATIVE)
    sheet.text(815, 110, "writes 0 for NaN", at="middle", size=24, color=QUIET)
    sheet.text(0, 150, f"user-ad: {nobody} % of organic pins hear nobody", bold=True)
    return sheet


def what_it_costs() -> Sheet:
    arms = results.load("14_climb").values["PinWorld"]["arms"]
    ways = {name: seconds(arms, name) for name in ("mean", "transformer")}
    told = ", ".join(f"{name} {value:.0f} s" for name, value in ways.items())
    sheet = Sheet(170, f"Seconds of a training with six graphs: {told}; what each finds is asked")
    for k, (name, value) in enumerate(ways.items()):
        y = 60 * k
        sheet.text(180, y + 37, name, at="end", bold=True)
        sheet.bar(200, y + 6, 8 * value, 46, ITEM)
        sheet.text(200 + 8 * value + 12, y + 37, f"{value:.0f} s" + " of training" * (not k))
        sheet.text(960, y + 37, "recall@10 ?", color=QUIET)
    asked = "recall@10: of the pins engaged with next week, the share among the ten shown"
    sheet.text(0, 158, asked, size=24, color=QUIET)
    return sheet


def seconds(arms, way: str) -> float:
    """Return the CPU seconds of a training of six graphs."""
    return next(arm["seconds"] for arm in arms if arm["arm"] == f"each its own, {way}")


LONGER = "PinSage, as long as the transformer, left in"
MEAN, WHOLE, IALS = "mean, left in", "transformer, left in", "iALS, all graphs, d = 24"


def _four() -> dict[str, float]:
    """Return recall@10 of the four answers of a vote, by their names on the slide."""
    test = {row["model"]: row["recall"]["all@10"] for row in results.load("14_answers").values["PinWorld"]["test"]}  # fmt: skip
    sizes = {row["model"]: row["recall"]["all"] for row in results.load("14_sizes").values["PinWorld"]["models"]}  # fmt: skip
    found = {"iALS, six graphs": sizes[IALS], "larger PinSage": test[LONGER], "MultiBiSage": test[WHOLE], "six graphs, mean": test[MEAN]}  # fmt: skip
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _along(value: float) -> float:
    return 130 + (value - 0.25) / 0.014 * 900


def four_dots() -> Sheet:
    values = _four().values()
    told = ", ".join(f"{value:.3f}" for value in values)
    sheet = Sheet(112, f"Four dots on a line of recall at 10, {told}: which model is which?")
    sheet.line(60, 54, 1100, 54, wide=4)
    sheet.text(0, 34, "recall@10", size=24, color=QUIET)
    for value in values:
        sheet.dot(_along(value), 54, 15, INK)
        sheet.text(_along(value), 100, f"{value:.3f}", at="middle")
    return sheet


def four_names() -> Sheet:
    """Write below the values of the four dots whose they are."""
    found, sheet = _four(), Sheet(78, "")
    for k, (name, value) in enumerate(found.items()):
        x, at = _along(value) + (45, 48, -32, 0)[k], ("end", "end", "start", "middle")[k]
        color = ITEM if "PinSage" in name else USER if "iALS" not in name else QUIET
        sheet.text(x, 26, name, at=at, bold=k == len(found) - 1, color=color)
    sheet.text(0, 72, "0.256 and 0.257: cannot tell; 0.262 is ahead of each of the three", size=24, color=QUIET)  # fmt: skip
    sheet.alt = f"Recall at 10: {', '.join(f'{name} {value:.3f}' for name, value in found.items())}"
    return sheet


DRAWINGS = {
    "four dots": four_dots,
    "four names": four_names,
    "one draw": one_draw,
    "one draw ends": one_draw_ends,
    "before": before,
    "nobody there": nobody_there,
    "what it costs": what_it_costs,
}
