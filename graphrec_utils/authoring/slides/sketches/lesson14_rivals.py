"""Drawings for the hour of lesson 14: who is compared, what the networks were trained with, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson14 import mark
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        438,
        "Two ways up: edges, from no graph to the boards to six graphs; and ways to listen, from a mean over concat to the transformer, one level at a time; beside them, older: GAT and HAN",
    )
    sheet.text(10, 32, "1  edges: whom can a pin hear?", bold=True)
    for k, name in enumerate(("no graph", "the boards", "six graphs")):
        x, y = 20 + 385 * k, 50
        sheet.box(x, y, 280, 72, fill=TINT[USER], edge=USER)
        sheet.text(x + 140, y + 45, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, color=USER, wide=5, head=True)
    sheet.text(10, 176, "2  a way to listen: over neighbors, then over graphs", bold=True)
    sheet.text(0, 298, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 368, "graphs:", size=24, color=QUIET)
    ways = (("mean", "", "a mean", "matrices, added"), ("concat", "first level alone; graphs side by side", "attention block", "matrices, added"), ("transformer", "= MultiBiSage", "attention block", "attention block"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x, wide = 150 + 338 * k, 322
        sheet.text(x + wide / 2, 218, name, at="middle", bold=True)
        sheet.text(x + wide / 2, 246, whose, at="middle", size=24, color=QUIET)
        for y, said in ((260, near), (330, over)):
            block = said.endswith("block")
            color = ITEM if block else CONTEXT
            sheet.box(x, y, wide, 60, fill=TINT[color], edge=color, round=4)
            sheet.text(x + wide / 2, y + 39, said, at="middle", bold=block)
    beside = "beside them, older: GAT + HAN, a weight per neighbor, a weight per graph"
    sheet.text(150, 432, beside, size=24, color=QUIET)
    return sheet


OWN_RATE = {
    "gap": 0.004,
    "low": -0.000,
    "high": 0.008,
}  # concat at its best over the mean, of 14.10


def which_pays() -> Sheet:
    """Draw what each change of the first slide adds, with its price, by what the networks were trained with."""
    climb = results.load("14_climb").values["PinWorld"]
    arms = {arm["arm"]: arm for arm in climb["arms"]}
    sizes = results.load("14_sizes").values["PinWorld"]["leads"]
    test = results.load("14_answers").values["PinWorld"]["leads"]
    names = ("board-pin, mean", *(f"each its own, {way}" for way in ("mean", "concat", "transformer")))  # fmt: skip
    boards, mean, near, whole = (arms[name] for name in names)
    lent = climb["leads"][f"{names[3]} over {names[2]}"]  # concat at the transformer's rate
    rows = (
        ("+ six graphs", "over boards, mean", _price(boards, mean), sizes["all graphs, mean over one graph, mean, all"], True),
        ("+ attention", "concat, own rate, over mean", _price(mean, near), OWN_RATE, False),
        ("+ second level", "transformer over concat", _price(near, whole), lent, False),
        ("all three", "over larger PinSage", "as many seconds", test["transformer, left in over PinSage, as long as the transformer, left in, all@10"], True),
    )  # fmt: skip
    zero, times, told = 694, 9000, []
    sheet = Sheet(428, "")
    sheet.text(0, 30, "in training:", size=24, color=QUIET)
    _condition(sheet, 180, "own click in; asked: test week", True)
    _condition(sheet, 640, "own click out; asked: week before", False)
    for tick in (0, 0.01):
        x = zero + times * tick
        sheet.line(x, 48, x, 382, color="#dfe2e6" if tick else CONTEXT, wide=2 + (not tick))
        sheet.text(x, 412, f"+{tick}" if tick else "0", at="middle", size=24, color=QUIET)
    sheet.text(0, 412, "recall@10 of all pins; seconds to train", size=24, color=QUIET)
    for k, (name, over, price, lead, seen) in enumerate(rows):
        y, color = 88 + 84 * k, _color(lead)
        shade = POSITIVE if color == POSITIVE else CONTEXT
        sheet.box(2, y - 34, 256, 68, fill=TINT[shade], edge=shade)
        sheet.text(130, y + 9, name, at="middle", bold=True)
        sheet.text(276, y - 7, over)
        sheet.text(276, y + 27, price, size=24, color=QUIET)
        low, middle, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y, end, y, color=color, wide=8)
        mark(sheet, middle, y, 12, color, seen)
        gap = _signed(lead["gap"]) + ", cannot tell" * (color == CONTEXT)
        sheet.text(884, y + 9, gap, bold=color != CONTEXT)
        told.append(f"{name}, {over}, {price}: {gap}")
    sheet.alt = f"What each change adds: {'; '.join(told)}"
    return sheet


def _price(one, other) -> str:
    """Return the seconds of two trainings, "12 → 15 s"."""
    return f"{one['seconds']:.0f} → {other['seconds']:.0f} s"


def _color(lead) -> str:
    return POSITIVE if lead["low"] > 0 else NEGATIVE if lead["high"] < 0 else CONTEXT


def _signed(gap: float) -> str:
    """Return a difference with its sign; none where it rounds to 0."""
    return f"{gap:+.3f}".replace("-", "−") if abs(gap) >= 0.0005 else "0.000"


def _condition(sheet: Sheet, x: float, said: str, seen: bool) -> None:
    """Write what a training saw, after the mark that stands for it."""
    mark(sheet, x + 14, 21, 11, INK, seen)
    sheet.text(x + 34, 30, said, size=24)


CLICK_IN = "own click in: the answer's click is an edge; asked: the test week"
CLICK_OUT = "own click out: a week's clicks are not yet edges; asked: week before the test"


def with_click() -> Sheet:
    return _trained(CLICK_IN, True)


def without_click() -> Sheet:
    return _trained(CLICK_OUT, False)


def _trained(said: str, seen: bool) -> Sheet:
    """Draw the line below a title that says whether training saw the click it was asked for, and what was asked."""
    told = said.replace("; asked:", ", and asked on")
    sheet = Sheet(40, f"In training, {told}")
    sheet.text(0, 30, "in training:", size=24, color=QUIET)
    _condition(sheet, 150, said, seen)
    return sheet


ROWS = (
    ("six graphs, mean", "mean, {}"),
    ("RP3β", "RP3β"),
    ("iALS, six graphs", "iALS, all graphs"),
)


def edge_seen() -> Sheet:
    return _beside_the_mean("left in", "own click in", 650, 255)


def first_morning() -> Sheet:
    return _beside_the_mean("in time", "own click out, older graphs", 470, 5)


def _beside_the_mean(way: str, name: str, wide: float, left: float) -> Sheet:
    """Draw recall@10 of three models with their distance to the mean of six graphs, by the graphs of the training."""
    stored = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"]["all@10"] for row in stored["test"]}
    first, least, times, told = way == "left in", 0.2382, 11500, []
    place = lambda value: left + times * (value - least)  # noqa: E731
    best, beaten = found[f"mean, {way}"], []
    sheet = Sheet(450, "", wide)
    if first:
        sheet.text(0, 30, "in training:", size=24, color=QUIET)
        sheet.text(0, 408, "recall@10, all pins", size=24, color=QUIET)
        sheet.text(0, 446, "a bar: 95 % of the difference to the mean, at its dot", size=24, color=QUIET)  # fmt: skip
    _condition(sheet, left, name, first)
    for tick in (0.24, 0.25, 0.26):
        sheet.line(place(tick), 106, place(tick), 376, color="#dfe2e6", wide=2)
        sheet.text(place(tick), 408, f"{tick:.2f}", at="middle", size=24, color=QUIET)
    sheet.line(place(best), 100, place(best), 376, color=INK, dashed=True)
    for k, (model, key) in enumerate(ROWS):
        y, value, said, color = 142 + 92 * k, found[key.format(way)], "", USER
        if first:
            sheet.text(0, y + 9, model, bold=True)
        if k:
            lead = stored["leads"][f"mean, {way} over {key}, all@10"]
            sheet.line(place(best - lead["high"]), y, place(best - lead["low"]), y, color=USER, wide=8)  # fmt: skip
            said = {POSITIVE: "behind", NEGATIVE: "ahead"}.get(_color(lead), "cannot tell")
            beaten.append(said == "behind")
        elif not first:
            before, color = found[key.format("left in")], NEGATIVE
            sheet.line(place(before) - 12, y, place(best) + 14, y, color=color, wide=5, head=True)
            mark(sheet, place(before), y, 13, color, seen=True)
            said = f"from {before:.3f}"
        mark(sheet, place(value), y, 13, color, first)
        sheet.text(left + 320, y + 9 - 17 * bool(said), f"{value:.3f}", bold=not k, color=color if color != USER else INK)  # fmt: skip
        sheet.text(left + 320, y + 24, said, size=24, bold=said == "ahead", color=INK if said == "ahead" else QUIET)  # fmt: skip
        told.append(f"{model} {value:.3f}{', ' * bool(said)}{said}")
    so = "both" if all(beaten) else "one of two" if any(beaten) else "nobody"
    sheet.text(left, 80, f"the mean leads {so}", bold=True, size=30)
    sheet.alt = f"Recall at 10 of all pins, test week, {name}; dashed the mean of six graphs, which leads {so}: {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "which pays": which_pays,
    "edge seen": edge_seen,
    "first morning": first_morning,
    "with click": with_click,
    "without click": without_click,
}
