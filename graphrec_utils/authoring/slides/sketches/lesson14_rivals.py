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
        x, y = 20 + 385 * k, 76 - 12 * k
        sheet.box(x, y, 280, 60 + 12 * k, fill=TINT[USER], edge=USER)
        sheet.text(x + 140, y + 38 + 6 * k, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, color=USER, wide=5, head=True)
    sheet.text(10, 208, "2  a way to listen: over neighbors, then over graphs", bold=True)
    sheet.text(0, 330, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 406, "graphs:", size=24, color=QUIET)
    ways = (("mean", "", "a mean", "matrices,\nadded"), ("concat", "first level alone", "attention block", "side by side:\nthe same sum"), ("transformer", "= MultiBiSage", "attention block", "attention block"), ("GAT + HAN", "older attention", "a weight per neighbor", "a weight per graph"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x, wide = 145 + 229 * k + 20 * (k == 3), 222 + 82 * (k == 3)
        sheet.text(x + wide / 2, 252, name, at="middle", bold=True)
        sheet.text(x + wide / 2, 282, whose, at="middle", size=24, color=QUIET)
        for y, high, said in ((296, 54, near), (360, 74, over)):
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


def _told(lead) -> str:
    """Return a difference, or that there is none to be told."""
    if _color(lead) == CONTEXT:
        return "cannot tell"
    return _signed(lead["gap"])


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


def with_click() -> Sheet:
    return _trained("yes: own click in; asked: the test week", True)


def without_click() -> Sheet:
    return _trained("no: own click out; asked: week before the test", False)


def with_click_again() -> Sheet:
    return _trained("yes: own click in; asked: the test week", None)


def _trained(said: str, seen: bool | None) -> Sheet:
    """Draw the line below a title that says whether training saw the click it was asked for, and what was asked."""
    told = said.replace("; asked:", ", and asked on")
    sheet = Sheet(40, f"In training, is the answer's click an edge? {told}")
    sheet.text(0, 30, "in training, is the answer's click an edge?", size=24, color=QUIET)
    _condition(sheet, 522, said, seen)
    return sheet


def _ring(sheet: Sheet, x: float, y: float, color: str) -> None:
    sheet.dot(x, y, 11, color)
    sheet.dot(x, y, 6, "#fff")


MEAN = ("six graphs, mean", "mean, {}")
RIVALS = (
    ("MultiBiSage", "transformer, {}"),
    ("larger PinSage", "PinSage, as long as the transformer, {}"),
    ("RP3β", "RP3β"),
    ("iALS, six graphs", "iALS, all graphs"),
)


def edge_seen() -> Sheet:
    return _leads_of_the_mean("left in", "own click in", 650, 265)


def first_morning() -> Sheet:
    return _leads_of_the_mean("in time", "own click out, older graphs", 470, 5)


def _leads_of_the_mean(way: str, name: str, wide: float, left: float) -> Sheet:
    """Draw what each model finds and the leads of the mean of six graphs, by the graphs of the training."""
    stored = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"]["all@10"] for row in stored["test"]}
    first, times, told = way == "left in", 6800, []
    zero, at = left + (105 if first else 235), left + (275 if first else 317)
    sheet = Sheet(450, "", wide)
    if first:
        sheet.text(0, 30, "in training:", size=24, color=QUIET)
        sheet.text(0, 412, "recall@10, all pins", size=24, color=QUIET)
    _condition(sheet, left, name, first)
    sheet.text(left, 102, "finds", size=24, color=QUIET)
    sheet.text(zero + 80 * first, 102, "lead of the mean", at="middle", size=24, color=QUIET)
    for tick in (-0.01, 0, 0.01)[first:]:
        x = zero + times * tick
        sheet.line(x, 176, x, 384, color=CONTEXT if not tick else "#dfe2e6", wide=2 + (not tick))
        sheet.text(x, 412, f"{tick:+.2f}".replace("-", "−") if tick else "0", at="middle", size=24, color=QUIET)  # fmt: skip
    ahead = []
    for k, (rival, key) in enumerate((MEAN, *RIVALS)):
        y, mean = 144 + 54 * k, rival == MEAN[0]
        sheet.line(0, y - 27, wide, y - 27, color="#dfe2e6", wide=2)
        if first:
            sheet.text(0, y + 9, rival, bold=True)
        value, before = found.get(key.format(way)), found[key.format("left in")]
        if value is None:
            sheet.text(left, y + 9, "not run", color=QUIET)
            told.append(f"{rival} not run")
            continue
        moved = value != before
        sheet.text(left, y + 9, f"{value:.3f}", bold=mean or moved, color=NEGATIVE if moved else INK)  # fmt: skip
        if not first:
            sheet.text(left + 88, y + 9, "↓" if moved else "=", bold=moved, color=NEGATIVE if moved else QUIET)  # fmt: skip
        told.append(f"{rival} finds {value:.3f}" + (", less than before" if moved else ", as before") * (not first))  # fmt: skip
        if mean and moved:
            sheet.text(left + 122, y + 9, f"fell from {before:.3f}", color=NEGATIVE)
        if mean:
            continue
        lead = stored["leads"][f"mean, {way} over {key.format(way)}, all@10"]
        color, gap = _color(lead), _told(lead)
        ahead.append(color == POSITIVE)
        gap = gap if color != CONTEXT else f"{_signed(lead['gap'])},\n{gap}"
        _interval(sheet, lead, zero, times, y, color)
        if not first:
            sheet.dot(zero + times * lead["gap"], y, 6, "#fff")
        plain = color == CONTEXT
        sheet.text(at, y - 7 if plain else y + 9, gap, size=24 if plain else 26, bold=not plain, color=INK if plain else color)  # fmt: skip
        told.append(f"the mean leads by {' '.join(gap.split())}")
    so = "nobody" if not any(ahead) else "all four" if all(ahead) else "some"
    below = (
        "own click in: the answer's click is an edge"
        if first
        else "↓ fell, = the same; leads unrounded"
    )
    sheet.text(0 if first else left, 446, below, size=24, color=QUIET)
    sheet.text(left, 66, f"the mean leads {so}", bold=True, size=30)
    sheet.alt = (
        f"Recall at 10 of all pins, test week, {name}: the mean leads {so}; {'; '.join(told)}"
    )
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
