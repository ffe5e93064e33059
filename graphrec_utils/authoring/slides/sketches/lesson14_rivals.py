"""Drawings for the hour of lesson 14: who is compared, what the networks were trained with, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson14 import mark
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        440,
        "Two ways up: edges, from no graph to the boards to six graphs; and attention: the mean has it on no level, concat on one, over neighbors, the transformer, which is MultiBiSage, on both, over neighbors and over graphs",
    )
    sheet.text(10, 32, "1  edges: whom can a pin hear?", bold=True)
    for k, name in enumerate(("no graph", "the boards", "six graphs")):
        x, y = 20 + 385 * k, 50
        sheet.box(x, y, 280, 72, fill=TINT[CONTEXT], edge=CONTEXT)
        sheet.text(x + 140, y + 45, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, wide=5, head=True)
    sheet.text(10, 176, "2  a way to listen: where is attention?", bold=True)
    sheet.text(0, 302, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 372, "graphs:", size=24, color=QUIET)
    ways = (("mean", "on no level", "a mean", "matrices, added"), ("concat", "on one level", "attention", "matrices, added"), ("transformer", "on both: MultiBiSage", "attention", "attention"))  # fmt: skip
    for k, (name, where, near, over) in enumerate(ways):
        x, wide = 150 + 338 * k, 322
        sheet.text(x + wide / 2, 218, name, at="middle", bold=True)
        sheet.text(x + wide / 2, 248, where, at="middle", size=24, color=QUIET)
        for y, said in ((264, near), (334, over)):
            there = said == "attention"
            color = ITEM if there else CONTEXT
            sheet.box(x, y, wide, 60, fill=TINT[color], edge=color, round=4)
            sheet.text(x + wide / 2, y + 39, said, at="middle", bold=there)
    sheet.text(150, 430, "concat: side by side, times one wide matrix; it does what the gray cell says", size=24, color=QUIET)  # fmt: skip
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
        ("+ attention", "concat over mean", f"{_price(mean, near)}; its own learning rate", OWN_RATE, False),
        ("+ second level", "transformer over concat", f"{_price(near, whole)}; both at one rate", lent, False),
        ("all three,\nat equal cost", "rival: boards alone,", "twice the size, as many seconds;\nno sum of the rows above", test["transformer, left in over PinSage, as long as the transformer, left in, all@10"], True),
    )  # fmt: skip
    zero, times, told = 724, 8000, []
    sheet = Sheet(440, "")
    sheet.text(0, 30, "in training:", size=24, color=QUIET)
    _condition(sheet, 180, "own click in; asked: test week", True)
    _condition(sheet, 640, "own click out; asked: week before", False)
    sheet.line(zero + times * 0.01, 48, zero + times * 0.01, 394, color="#dfe2e6", wide=2)
    for tick in (0, 0.01):
        sheet.text(zero + times * tick, 434, f"+{tick}" if tick else "0", at="middle", size=24, color=QUIET)  # fmt: skip
    sheet.text(0, 434, "recall@10 of all pins; seconds to train", size=24, color=QUIET)
    sheet.line(0, 290, 1158, 290, dashed=True)  # what stands below has another rival
    for k, (name, over, price, lead, seen) in enumerate(rows):
        y, color = 86 + 76 * k + 30 * (k == 3), _color(lead)
        shade = POSITIVE if color == POSITIVE else CONTEXT
        sheet.box(2, y - 33, 256, 66, fill=TINT[shade], edge=shade)
        sheet.text(130, y + 9 - 16 * name.count("\n"), name, at="middle", bold=True)
        sheet.text(276, y - 7, over)
        sheet.text(276, y + 27, price, size=24, color=QUIET)
        low, middle, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y, end, y, color=color, wide=8)
        sheet.line(zero, y - 38, zero, y + 38, wide=3, color=INK)  # over the bar: does it cross?
        mark(sheet, middle, y, 12, color, seen)
        gap = _signed(lead["gap"]) + ", cannot tell" * (color == CONTEXT)
        if not k:  # a second training, the own click out; of it no interval was stored
            out = mean["all"] - boards["all"]
            sheet.text(890, y + 17, f"own click out: {_signed(out)},\nno interval", size=24)
        if k == 3:  # the mean of six graphs over the same rival
            plain = test["mean, left in over PinSage, as long as the transformer, left in, all@10"]
            said = f"six graphs, mean:\n{_signed(plain['gap'])}, ahead"
            sheet.text(890, y + 36, said, size=24, bold=True, color=POSITIVE)
        sheet.text(890, y + 9 - 21 * (not k) - 9 * (k == 3), gap, bold=color != CONTEXT)
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


def with_click() -> Sheet:
    return _head("own click in · asked: the test week", True)


def without_click() -> Sheet:
    return _head("asked: week before the test · a ring: own click out (next slide)", False)


def _head(said: str, seen: bool) -> Sheet:
    """Write below a title what training saw, and what was asked."""
    sheet = Sheet(42, f"{said}: all marks below are {'full' if seen else 'rings'}")
    mark(sheet, 14, 21, 11, INK, seen)
    sheet.text(34, 30, said, bold=seen, color=INK if seen else QUIET)
    return sheet


def own_click() -> Sheet:
    """Draw, by an example, a training that has not seen the click it is asked for, and one that has."""
    ways = (
        ("slide 11: own click out", "no edge of her click yet: others fill A's list", False),
        ("own click in", "A – Ann – B: so B can stand in A's list", True),
    )
    sheet = Sheet(
        248,
        f"The network learns to find pin B from pin A, since Ann went from A to B, a product; the click joins her to both. {'; '.join(f'{name}, {said}' for name, said, _ in ways)}. Below, A's list, without B and with it",
    )
    for x, (name, said, seen) in zip((0, 620), ways, strict=True):
        mark(sheet, x + 14, 21, 11, INK, seen)
        sheet.text(x + 34, 30, name, bold=True)
        sheet.line(x + 64, 72, x + 470, 72, color=INK, wide=4, head=True)
        sheet.text(x + 250, 60, "to learn: after A, B", at="middle", size=24, color=QUIET)
        for end, pin in ((2, "A"), (474, "B")):
            near = x + (60 if end == 2 else 474)
            sheet.line(x + 267, 111, near, 111, color=USER, wide=5, dashed=not seen)
            sheet.box(x + end, 54, 58, 76, fill=ITEM, edge=ITEM)
            sheet.text(x + end + 29, 101, pin, at="middle", bold=True, color="#fff")
        sheet.box(x + 218, 88, 98, 44, fill=USER, edge=USER)
        sheet.text(x + 267, 119, "Ann", at="middle", bold=True, color="#fff")
        sheet.text(x, 164, said, size=24, color=USER if seen else QUIET)
        sheet.text(x, 224, "A's list:", size=24)
        for k in range(5):
            answer = seen and k == 2
            hue = ITEM if answer else CONTEXT
            sheet.box(x + 112 + 72 * k, 192, 60, 48, fill=hue if answer else TINT[hue], edge=hue, round=4)  # fmt: skip
            if answer:
                sheet.text(x + 142 + 72 * k, 226, "B", at="middle", bold=True, color="#fff")
    return sheet


RIVALS = (("RP3β", "RP3β"), ("iALS, six graphs", "iALS, all graphs"))


def edge_seen() -> Sheet:
    return _leads_of_the_mean("left in", "own click in", 196)


def first_morning() -> Sheet:
    return _leads_of_the_mean("in time", "own click out, older graphs", 240)


def _leads_of_the_mean(way: str, name: str, high: float) -> Sheet:
    """Draw the leads of the mean of six graphs over two rivals, by the graphs that it was trained with."""
    stored = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"]["all@10"] for row in stored["test"]}
    zero, times, told, last = 690, 9000, [], way == "in time"
    sheet, mean = Sheet(high, ""), found[f"mean, {way}"]
    sheet.text(0, 30, "six graphs, mean", bold=True)
    sheet.text(340, 30, f"{mean:.3f}", bold=True)
    _condition(sheet, zero - 194, name, not last)
    for tick in (-0.01, 0, 0.01):
        x = zero + times * tick
        sheet.line(x, 46, x, 160, color="#dfe2e6" if tick else INK, wide=2 + (not tick))
        said = f"{tick:+.2f}".replace("-", "−") if tick else "0"
        sheet.text(x, 186, said, at="middle", size=24, color=QUIET)
    sheet.text(zero - 156, 186, "← rival ahead", at="end", size=24, color=QUIET)
    sheet.text(zero + 156, 186, "mean ahead →", size=24, color=QUIET)
    for k, (model, key) in enumerate(RIVALS):
        y, lead = 78 + 56 * k, stored["leads"][f"mean, {way} over {key}, all@10"]
        color = _color(lead)
        said = {POSITIVE: "ahead", NEGATIVE: "behind"}.get(color, "cannot tell")
        sheet.text(0, y + 9, f"over {model}")
        sheet.text(340, y + 9, f"{found[key]:.3f}", color=QUIET)
        low, middle, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y, end, y, color=color, wide=9)
        mark(sheet, middle, y, 13, color, not last)
        sheet.text(960, y + 9, said, bold=color != CONTEXT, color=color if color != CONTEXT else INK)  # fmt: skip
        told.append(f"over {model}, {found[key]:.3f}: {said}")
    sheet.text(0, 186, "the mean's lead, recall@10", size=24, color=QUIET)
    if last:
        sheet.text(0, 232, "asked: the test week, above and below; RP3β, iALS: the same; only the network is trained anew", size=24, color=QUIET)  # fmt: skip
    sheet.alt = f"The mean of six graphs, {name}, finds {mean:.3f}. Its lead {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "which pays": which_pays,
    "edge seen": edge_seen,
    "first morning": first_morning,
    "with click": with_click,
    "without click": without_click,
    "own click": own_click,
}
