"""Drawings for the hour of lesson 14: who is compared, what the networks were trained with, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        438,
        "Two ways up: edges, from no graph to the boards to six graphs; and ways to listen, from a mean over concat to the transformer, one level at a time, with GAT and HAN beside them",
    )
    sheet.text(10, 32, "1  edges: whom can a pin hear?", bold=True)
    for k, name in enumerate(("no graph", "the boards", "six graphs")):
        x, y = 20 + 385 * k, 64
        sheet.box(x, y, 280, 72, fill=TINT[USER], edge=USER)
        sheet.text(x + 140, y + 45, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, color=USER, wide=5, head=True)
    sheet.text(10, 208, "2  a way to listen: over neighbors, then over graphs", bold=True)
    sheet.text(0, 335, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 407, "graphs:", size=24, color=QUIET)
    ways = (("mean", "", "a mean", "matrices,\nadded"), ("concat", "first level alone", "attention block", "matrices, added:\nas in the mean"), ("transformer", "= MultiBiSage", "attention block", "attention block"), ("GAT + HAN", "older attention", "a weight per neighbor", "a weight per graph"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x, wide = 145 + 229 * k + 20 * (k == 3), 222 + 82 * (k == 3)
        sheet.text(x + wide / 2, 252, name, at="middle", bold=True)
        sheet.text(x + wide / 2, 282, whose, at="middle", size=24, color=QUIET)
        for y, high, said in ((296, 62, near), (368, 62, over)):
            block = said.endswith("block")
            color = ITEM if block else CONTEXT
            sheet.box(x, y, wide, high, fill=TINT[color], edge=color, round=4)
            down = high / 2 + 8 - 14 * said.count("\n")
            sheet.text(x + wide / 2, y + down, said, at="middle", size=24, bold=block)
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
        ("+ attention", "concat over mean", f"{_price(mean, near)}; own learning rates", OWN_RATE, False),
        ("+ second level", "transformer over concat", f"{_price(near, whole)}; one learning rate", lent, False),
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
    sheet.text(0, 412, "recall@10 of all pins, unrounded; seconds to train", size=24, color=QUIET)
    for k, (name, over, price, lead, seen) in enumerate(rows):
        y, color = 88 + 84 * k, _color(lead)
        shade = POSITIVE if color == POSITIVE else CONTEXT
        sheet.box(2, y - 34, 256, 68, fill=TINT[shade], edge=shade)
        sheet.text(130, y + 9, name, at="middle", bold=True)
        sheet.text(276, y - 7, over)
        sheet.text(276, y + 27, price, size=24, color=QUIET)
        _interval(sheet, lead, zero, times, y, color)
        if not seen:
            sheet.dot(zero + times * lead["gap"], y, 6, "#fff")
        gap = _signed(lead["gap"]) + ", cannot tell" * (color == CONTEXT)
        sheet.text(884, y + 9 - 16 * (not k), gap, bold=color != CONTEXT)
        if not k:
            _ring(sheet, 895, y + 19, INK)
            gain = f"{boards['all']:.3f} → {mean['all']:.3f}"
            sheet.text(916, y + 27, gain, size=24)
            gap += f"; own click out, {gain}"
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


def _interval(sheet: Sheet, lead, zero: float, times: float, y: float, color: str) -> None:
    low, mid, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
    sheet.line(low, y, end, y, color=color, wide=8)
    sheet.dot(mid, y, 12, color)


def _condition(sheet: Sheet, x: float, said: str, seen: bool | None) -> None:
    """Write what a training saw, after a dot where the pair's own click was in, else after a ring; after neither if None."""
    if seen is None:
        x -= 30
    elif seen:
        sheet.dot(x + 14, 21, 11, INK)
    else:
        _ring(sheet, x + 14, 21, INK)
    sheet.text(x + 34, 30, said, size=24)


CLICK_IN = "own click in: the answer's click is an edge; asked: the test week"
CLICK_OUT = "own click out: a week's clicks are not yet edges; asked: week before the test"


def with_click() -> Sheet:
    return _trained(CLICK_IN, True)


def without_click() -> Sheet:
    return _trained(CLICK_OUT, False)


def with_click_again() -> Sheet:
    return _trained(CLICK_IN, None)


def _trained(said: str, seen: bool | None) -> Sheet:
    """Draw the line below a title that says whether training saw the click it was asked for, and what was asked."""
    told = said.replace("; asked:", ", and asked on")
    sheet = Sheet(40, f"In training, {told}")
    sheet.text(0, 30, "in training:", size=24, color=QUIET)
    _condition(sheet, 150, said, seen)
    return sheet


def _ring(sheet: Sheet, x: float, y: float, color: str) -> None:
    sheet.dot(x, y, 11, color)
    sheet.dot(x, y, 6, "#fff")


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
        sheet.text(0, 446, "recall@10, all pins", size=24, color=QUIET)
    _condition(sheet, left, name, first)
    for tick in (0.24, 0.25, 0.26):
        sheet.line(place(tick), 106, place(tick), 412, color="#dfe2e6", wide=2)
        sheet.text(place(tick), 446, f"{tick:.2f}", at="middle", size=24, color=QUIET)
    sheet.line(place(best), 100, place(best), 412, color=INK, dashed=True)
    for k, (model, key) in enumerate(ROWS):
        y, value, said, color = 150 + 100 * k, found[key.format(way)], "", USER
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
            sheet.dot(place(before), y, 11, "#fff", edge=color)
            said = f"from {before:.3f}"
        sheet.dot(place(value), y, 13, color)
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
    "with click again": with_click_again,
    "without click": without_click,
}
