"""Drawings for the hour of lesson 14: who is compared, what is left for a pin on no board, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        430,
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
    sheet.text(0, 335, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 397, "graphs:", size=24, color=QUIET)
    ways = (("mean", "", "a mean", "matrices, added"), ("concat", "first level alone", "attention block", "matrices, added"), ("transformer", "= MultiBiSage", "attention block", "attention block"), ("GAT + HAN", "", "a weight per neighbor", "a weight per graph"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x, wide = 145 + 229 * k + 20 * (k == 3), 222 + 82 * (k == 3)
        sheet.text(x + wide / 2, 252, name, at="middle", bold=True)
        sheet.text(x + wide / 2, 282, whose, at="middle", size=24, color=QUIET)
        for y, said in ((298, near), (360, over)):
            block = said.endswith("block")
            color = ITEM if block else CONTEXT
            sheet.box(x, y, wide, 56, fill=TINT[color], edge=color, round=4)
            sheet.text(x + wide / 2, y + 37, said, at="middle", size=24, bold=block)
    return sheet


def what_is_left() -> Sheet:
    sheet = Sheet(
        436,
        "For a pin on no board: PinSage and a mean of the boards have its content; RP3β and iALS what is engaged with right after it; iALS with six graphs that, people and searches; a mean of six graphs content and neighbors in other graphs",
    )
    columns = (("its\ncontent", 520), ("pins engaged\nwith after it", 690), ("its people,\nits searches", 895), ("neighbors in\nother graphs", 1080))  # fmt: skip
    rows = (
        ("PinSage; boards, mean", "no boards to hear", (1, 0, 0, 0)),
        ("RP3β; iALS", "count pairs", (0, 1, 0, 0)),
        ("iALS, six graphs", "counts all six", (0, 1, 1, 0)),
        ("six graphs, mean", "hears five others", (1, 0, 0, 1)),
    )
    for name, x in columns:
        sheet.text(x, 26, name, at="middle", size=24, bold=True)
    for k, (name, does, has) in enumerate(rows):
        y = 124 + 88 * k
        sheet.line(0, y - 44, WIDE, y - 44, color="#dfe2e6", wide=2)
        sheet.text(0, y - 6, name, bold=True)
        sheet.text(0, y + 28, does, size=24, color=QUIET)
        for there, (_, x) in zip(has, columns, strict=True):
            if there:
                sheet.dot(x, y, 24, POSITIVE)
                sheet.text(x, y + 10, "✓", at="middle", bold=True, size=30, color="#fff")
            else:
                sheet.text(x, y + 9, "–", at="middle", color=QUIET)
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
        ("+ attention", "concat over mean", _price(mean, near), OWN_RATE, False),
        ("+ second level", "transformer over concat", _price(near, whole), lent, False),
        ("all three", "over larger PinSage", "as many seconds", test["transformer, left in over PinSage, as long as the transformer, left in, all@10"], True),
    )  # fmt: skip
    zero, times, told = 694, 9000, []
    sheet = Sheet(428, "")
    sheet.dot(256, 21, 11, INK)
    sheet.text(276, 30, "own edge seen, test week", size=24)
    _ring(sheet, 650, 21, INK)
    sheet.text(670, 30, "first morning, week before", size=24)
    for tick in (0, 0.01):
        x = zero + times * tick
        sheet.line(x, 48, x, 382, color="#dfe2e6" if tick else CONTEXT, wide=2 + (not tick))
        sheet.text(x, 412, f"+{tick}" if tick else "0", at="middle", size=24, color=QUIET)
    sheet.text(0, 412, "recall@10, all pins; seconds to train", size=24, color=QUIET)
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
        sheet.text(884, y + 9, gap, bold=color != CONTEXT)
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
    return _leads_of_the_mean("left in", "own edge seen", "the pair's click is an edge", 650, 265)


def first_morning() -> Sheet:
    return _leads_of_the_mean(
        "in time", "the week's first morning", "no own edge, and older graphs", 470, 5
    )


def _leads_of_the_mean(way: str, name: str, edges: str, wide: float, left: float) -> Sheet:
    """Draw what each model finds and the leads of the mean of six graphs, by the graphs of the training."""
    stored = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"]["all@10"] for row in stored["test"]}
    first, times, told = way == "left in", 6800, []
    zero, at = left + (105 if first else 235), left + (275 if first else 317)
    sheet = Sheet(450, "", wide)
    if first:
        sheet.dot(left + 14, 21, 11, INK)
        sheet.text(0, 444, "recall@10, all pins", size=24, color=QUIET)
    else:
        _ring(sheet, left + 14, 21, INK)
    sheet.text(left + 34, 30, name, bold=True)
    sheet.text(left + 34, 60, edges, size=24, color=QUIET)
    sheet.text(left, 104, "finds", size=24, color=QUIET)
    sheet.text(zero + 80 * first, 104, "lead of the mean", at="middle", size=24, color=QUIET)
    for tick in (-0.01, 0, 0.01)[first:]:
        x = zero + times * tick
        sheet.line(x, 180, x, 414, color=CONTEXT if not tick else "#dfe2e6", wide=2 + (not tick))
        sheet.text(x, 444, f"{tick:+.2f}".replace("-", "−") if tick else "0", at="middle", size=24, color=QUIET)  # fmt: skip
    for k, (rival, key) in enumerate((MEAN, *RIVALS)):
        y, mean = 148 + 60 * k, rival == MEAN[0]
        sheet.line(0, y - 30, wide, y - 30, color="#dfe2e6", wide=2)
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
            sheet.text(left + 122, y + 9, f"falls from {before:.3f}", color=NEGATIVE)
        if mean:
            continue
        lead = stored["leads"][f"mean, {way} over {key.format(way)}, all@10"]
        color, gap = _color(lead), _told(lead)
        gap = gap if color != CONTEXT else f"{_signed(lead['gap'])},\n{gap}"
        _interval(sheet, lead, zero, times, y, color)
        if not first:
            sheet.dot(zero + times * lead["gap"], y, 6, "#fff")
        plain = color == CONTEXT
        sheet.text(at, y - 7 if plain else y + 9, gap, size=24 if plain else 26, bold=not plain, color=INK if plain else color)  # fmt: skip
        told.append(f"the mean leads by {' '.join(gap.split())}")
    sheet.alt = f"Recall at 10 of all pins, test week, {' '.join(name.split())}: {'; '.join(told)}"
    return sheet


ASKED = (
    ("six graphs, mean", "all graphs, mean"),
    ("iALS, six graphs", "iALS, all graphs, d = 24"),
    ("RP3β", "RP3β"),
    ("iALS", "iALS, d = 16"),
    ("boards, mean", "one graph, mean"),
    ("PinSage", "PinSage"),
)


def asked_by_all() -> Sheet:
    return _asked("all", 480, 225, 0.225)


def asked_off_board() -> Sheet:
    return _asked("asked off board", 640, 10, 0.18)


def _asked(part: str, wide: float, left: float, least: float) -> Sheet:
    """Draw recall@10 of each model for a part of the pins that ask, with its distance to the mean of six graphs."""
    stored = results.load("14_sizes").values["PinWorld"]
    found = {row["model"]: row["recall"][part] for row in stored["models"]}
    whole, times, told = part == "all", 3100, []
    best = found["all graphs, mean"]
    sheet = Sheet(450, "", wide)
    name = "all pins" if whole else "on no board, in another graph"
    if whole:
        sheet.dot(left + 14, 21, 11, INK)
    else:
        sheet.box(left + 4, 10, 20, 20, fill="#fff", edge=INK, round=0)
    sheet.text(left + 34, 30, name, bold=True)
    middle = left + times * (best - least)
    sheet.line(middle, 46, middle, 412, color=CONTEXT, dashed=True)
    for tick in (0.24, 0.26) if whole else (0.2, 0.24, 0.28):
        x = left + times * (tick - least)
        sheet.text(x, 446, f"{tick:.2f}", at="middle", size=24, color=QUIET)
    if whole:
        sheet.text(0, 446, "recall@10", size=24, color=QUIET)
    for k, (model, key) in enumerate(ASKED):
        y = 76 + 62 * k
        value = found[key]
        x = left + times * (value - least)
        boards = key in ("one graph, mean", "PinSage")
        color, said = (ITEM if boards and not whole else USER), ""
        if model != ASKED[0][0]:
            lead = stored["leads"][f"all graphs, mean over {key}, {part}"]
            low, high = (left + times * (best - lead[end] - least) for end in ("high", "low"))
            sheet.line(low, y, high, y, color=color, wide=6)
            said = "cannot tell" if lead["low"] <= 0 <= lead["high"] else "behind"
        if whole:
            sheet.text(0, y + 9, model, bold=True)
            sheet.dot(x, y, 11, color)
            sheet.text(wide - 96, y + 9, f"{value:.3f}", size=24)
        else:
            sheet.box(x - 10, y - 10, 20, 20, fill=TINT[ITEM] if boards else "#fff", edge=color, round=0)  # fmt: skip
            sheet.text(406, y + 9, f"{value:.3f}", size=24, bold=boards, color=color if boards else INK)  # fmt: skip
            sheet.text(490, y + 9, said, size=24, color=QUIET)
        told.append(f"{model} {value:.3f}{', ' * bool(said)}{said}")
    sheet.alt = f"Recall at 10 of the test week, {name}: {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "what is left": what_is_left,
    "which pays": which_pays,
    "edge seen": edge_seen,
    "first morning": first_morning,
    "asked by all": asked_by_all,
    "asked off board": asked_off_board,
}
