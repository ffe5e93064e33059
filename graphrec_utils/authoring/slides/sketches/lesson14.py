"""Drawings for the hour of lesson 14: six graphs, a mean by hand, attention, an empty list, two levels, each step."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

GRAPHS = ("board-pin", "user-pin", "user-idea", "user-product", "user-ad", "query-pin")
KINDS = ("organic", "idea", "product", "ad")
KNOWN = ((87, 65, 57, 29), (77, 0, 92, 0), (45, 94, 35, 22), (57, 54, 93, 45), (13, 11, 21, 86), (81, 62, 87, 54))  # per cent  # fmt: skip
WHO = ("boards: board-pin", "long clicks: user-pin", "idea pins: user-idea", "products: user-product", "ads: user-ad", "searches: query-pin")  # fmt: skip


def mark(sheet: Sheet, x: float, y: float, size: float, color: str, seen: bool) -> None:
    """Draw a full dot where the pair's own click was in, in training, and a ring where it was out."""
    sheet.dot(x, y, size, color)
    if not seen:
        sheet.dot(x, y, size * 0.55, "#fff")


def six_graphs() -> Sheet:
    sheet = Sheet(
        440,
        "Six graphs, each with nodes of its own at the left, end at the same pins at the right; a line is as wide as the share of the pins that the graph knows",
    )
    lines = []
    for k, row in enumerate(KNOWN):
        y = 30 + 66 * k
        for j, share in enumerate(row):
            if share:
                color = ITEM if not k else USER if WHO[k].startswith("ads") else "#dfe2e6"
                lines.append((k in (0, 4), y, 60 + 92 * j, color, 0.5 + share / 12))
    for _, y, down, color, wide in sorted(lines):  # the two that are spoken of, on top
        sheet.line(335, y, 690, down, color=color, wide=wide)
    for k, who in enumerate(WHO):
        y = 30 + 66 * k
        sheet.box(20, y - 27, 315, 54, fill=TINT[USER], edge=USER)
        sheet.text(178, y + 9, who, at="middle", bold=k in (0, 4))
    for j, (name, what) in enumerate(zip(KINDS, ("ordinary", "a short video", "can be bought", "paid for"), strict=True)):  # fmt: skip
        y = 60 + 92 * j
        sheet.box(690, y - 34, 68, 68, fill=CONTEXT, edge=CONTEXT, round=6)
        sheet.text(776, y - 4, name, size=30, bold=True)
        sheet.text(776, y + 28, what, color=QUIET)
    for down, said, color, wide in ((-4, "few on boards", ITEM, 3), (28, "most in user-ad", USER, 8)):  # fmt: skip
        sheet.line(912, 328 + down, 944, 328 + down, color=color, wide=wide)
        sheet.text(956, 336 + down, said, size=24, color=color, bold=True)
    sheet.text(512, 428, "the wider a line, the more of these pins the graph knows; gray: slide 4", at="middle", color=QUIET)  # fmt: skip
    return sheet


def who_knows_whom() -> Sheet:
    told = "; ".join(f"{name} {', '.join(map(str, row))}" for name, row in zip(GRAPHS, KNOWN, strict=True))  # fmt: skip
    sheet = Sheet(420, f"Per cent of organic, idea, product and ad pins that each graph knows: {told}")  # fmt: skip
    sheet.text(0, 34, "% of the pins known", color=QUIET)
    for j, kind in enumerate(KINDS):
        sheet.text(430 + 200 * j, 34, kind, at="middle", bold=True)
    best = [max(column) for column in zip(*KNOWN, strict=True)]
    for k, (name, row) in enumerate(zip(GRAPHS, KNOWN, strict=True)):
        y = 50 + 62 * k
        sheet.text(0, y + 36, name, bold=True)
        for j, share in enumerate(row):
            _cell(sheet, j, y, share, "#dfe2e6")
    begin = len(sheet.inside)
    for k, row in enumerate(KNOWN):  # the darkest place of each column, once the room has found it
        for j, share in enumerate(row):
            if share == best[j]:
                _cell(sheet, j, 50 + 62 * k, share, INK)
    sheet.waits(begin)
    return sheet


def _cell(sheet: Sheet, j: int, y: float, share: int, edge: str) -> None:
    """Draw a share in its column, on a ground as dark as it is large."""
    sheet.box(340 + 200 * j, y, 180, 52, fill=_as_dark(share), edge=edge, round=4)
    sheet.text(430 + 200 * j, y + 36, str(share), at="middle", bold=edge == INK)


def _as_dark(share: float) -> str:
    """Return white for 0, the color of items, lighter, for 100 per cent."""
    full = (0xF4, 0x9A, 0x5E)
    return "#" + "".join(f"{round(255 - (255 - x) * share / 100):02x}" for x in full)


def lists() -> Sheet:
    sheet = Sheet(
        436, "A pin has a list of ten places in each of six graphs; some are short, one is empty"
    )
    filled = (10, 10, 4, 7, 0, 10)
    sheet.box(10, 197, 120, 70, fill=USER, edge=USER)
    sheet.text(70, 241, "a pin", at="middle", color="#fff", bold=True)
    sheet.text(430, 28, "the ten that short walks visit most", color=QUIET)
    for k, (name, n) in enumerate(zip(GRAPHS, filled, strict=True)):
        y = 42 + 66 * k
        sheet.line(130, 232, 205, y + 24, color=CONTEXT)
        sheet.text(215, y + 33, name)
        for j in range(10):
            there = j < n
            sheet.box(430 + 56 * j, y, 48, 48, fill=TINT[ITEM] if there else "#fff", edge=ITEM if there else CONTEXT, dashed=not there, round=4)  # fmt: skip
        if not n:
            sheet.text(1010, y + 33, "nobody", color=NEGATIVE, bold=True)
    return sheet


def mean_by_hand() -> Sheet:
    sheet = Sheet(
        376, "Pin 0 keeps 1, hears (2 + 6) / 2 = 4 in graph one and −½ · 6 = −3 in graph two: 2"
    )
    rows = (
        ("pin 0 itself", (), "1", "· 1", "1", USER),
        ("graph one", ("pin 1: 2", "pin 2: 6"), "mean 4", "· 1", "4", ITEM),
        ("graph two", ("pin 2: 6",), "mean 6", "· (−½)", "−3", ITEM),
    )
    for name, x in (("who is heard", 300), ("mean", 630), ("matrix", 755), ("adds", 915), ("sum, ReLU", 1091)):  # fmt: skip
        sheet.text(x, 24, name, at="middle", size=24, color=QUIET)
    for k, (name, heard, mean, matrix, result, color) in enumerate(rows):
        y = 75 + 100 * k
        sheet.text(10, y + 9, name, bold=True)
        for j, one in enumerate(heard):
            sheet.box(210 + 150 * j, y - 26, 138, 52, fill=TINT[ITEM], edge=ITEM)
            sheet.text(279 + 150 * j, y + 9, one, at="middle")
        sheet.line(515 if heard else 210, y, 555, y, head=True, wide=4)
        sheet.text(630, y + 9, mean, at="middle")
        sheet.text(755, y + 9, matrix, at="middle", color=NEGATIVE if "½" in matrix else INK)
        sheet.line(815, y, 860, y, head=True, wide=4)
        sheet.box(870, y - 28, 90, 56, fill=TINT[color], edge=color)
        sheet.text(915, y + 9, result, at="middle", bold=True)
        sheet.line(960, y, 1030, 175, head=k == 1, wide=4)
    sheet.box(1036, 140, 110, 70, fill=ITEM, edge=ITEM)
    sheet.text(1091, 186, "2", at="middle", bold=True, size=36, color="#fff")
    sheet.text(630, 364, "each matrix learns what to take from its graph", at="middle", color=QUIET)  # fmt: skip
    return sheet


def attention() -> Sheet:
    sheet = Sheet(
        284,
        "A query fits the key of one neighbor with log 3, of another with 0; e to them is 3 and 1: weights ¾ and ¼, values 4 and 8, heard is 5",
    )
    sheet.box(2, 105, 190, 86, fill=USER, edge=USER)
    sheet.text(97, 142, "the pin asks:", at="middle", color="#fff", size=24)
    sheet.text(97, 175, "query q", at="middle", color="#fff", bold=True)
    for name, x in (("fit", 440), ("e to the fit", 575), ("weight", 705), ("value", 850)):
        sheet.text(x, 26, name, at="middle", size=24, color=QUIET)
    rows = (("cake", "log 3", "3", "¾", 0.75, "4"), ("rose", "0", "1", "¼", 0.25, "8"))
    for k, (name, fit, power, weight, share, value) in enumerate(rows):
        y = 95 + 110 * k
        sheet.line(192, 148, 252, y, color=ITEM, wide=3 + 8 * share, head=True)
        sheet.box(260, y - 30, 90, 60, fill=TINT[ITEM], edge=ITEM)
        sheet.text(305, y + 9, name, at="middle")
        sheet.text(440, y + 9, fit, at="middle")
        sheet.text(575, y + 9, power, at="middle", bold=True)
        sheet.bar(645, y - 22, 96 * share, 44, ITEM)
        sheet.text(645 + 96 * share + 14, y + 9, weight, bold=True)
        sheet.text(850, y + 9, value, at="middle", bold=True)
        sheet.line(880, y, 955, 148, color=ITEM, wide=3 + 8 * share, head=True)
    sheet.text(2, 264, "fit: the exponent; d: numbers in q, here 1", size=24, color=QUIET)
    sheet.text(575, 268, "sum 4", at="middle", size=24, color=QUIET)
    sheet.box(963, 108, 190, 84, fill=ITEM, edge=ITEM)
    sheet.text(1058, 142, "¾ · 4 + ¼ · 8", at="middle", color="#fff", size=24)
    sheet.text(1058, 178, "= 5", at="middle", color="#fff", bold=True)
    sheet.text(1058, 232, "a mean: 6", at="middle", color=QUIET)
    return sheet


def empty_list() -> Sheet:
    sheet = Sheet(
        390,
        "Forward, minus infinity added at every place gives 0 / 0, which is NaN, and nan_to_num makes it 0; backward any gradient comes in, nan_to_num lets 0 back, the softmax multiplies it by NaN, and every weight before it is NaN",
    )
    steps = (
        ("fit + (−∞)", "−∞  −∞  −∞"),
        ("softmax: 0 / 0", "NaN NaN NaN"),
        ("nan_to_num", "0   0   0"),
    )
    for k, (name, values) in enumerate(steps):
        x = 40 + 395 * k
        color = (CONTEXT, NEGATIVE, POSITIVE)[k]
        sheet.text(x + 145, 84, name, at="middle")
        sheet.box(x, 100, 290, 70, fill=TINT[color], edge=color)
        sheet.text(x + 145, 145, values, at="middle", bold=True)
        back = ("NaN: every weight\nbefore", "0 · NaN = NaN", "any gradient")[k]
        color = (NEGATIVE, NEGATIVE, POSITIVE)[k]
        sheet.box(x, 250, 290, 70, fill=TINT[color], edge=color)
        sheet.text(x + 145, 295 - 17 * back.count("\n"), back, at="middle", bold=True)
        if k < 2:
            sheet.line(x + 298, 135, x + 388, 135, color=INK, wide=4, head=True)
            sheet.line(x + 388, 285, x + 298, 285, color=NEGATIVE, wide=4, head=True)
            sheet.text(x + 343, 265, ("NaN", "0")[k], at="middle", bold=True, color=NEGATIVE)
    sheet.text(40, 36, "the value: repaired", bold=True, color=POSITIVE)
    sheet.text(40, 366, "the gradient, on its way back: not repaired", bold=True, color=NEGATIVE)
    return sheet


def two_levels() -> Sheet:
    sheet = Sheet(
        440,
        "First level: in each graph the pin looks at itself and its neighbors, and a vector comes out. Second level: CLS plus the pin looks at itself and at the vectors of the graphs in which the pin has somebody",
    )
    sheet.text(290, 24, "first level: a block in each graph", at="middle", bold=True)
    sheet.text(880, 24, "second level: over the graphs", at="middle", bold=True)
    filled = (4, 4, 2, 3, 0, 4)
    for k, (name, n) in enumerate(zip(GRAPHS, filled, strict=True)):
        y = 46 + 56 * k
        sheet.text(178, y + 29, name, at="end", size=24)
        for j in range(5):
            there = j <= n
            color = USER if not j else ITEM
            fill = (TINT[ITEM] if j else USER) if there else "#fff"
            sheet.box(195 + 44 * j, y, 38, 40, fill=fill, edge=color if there else CONTEXT, dashed=not there, round=3)  # fmt: skip
        if n:
            sheet.text(456, y + 11, "block", at="middle", size=24, color=QUIET)
            sheet.line(417, y + 24, 497, y + 24, head=True, wide=4)
            sheet.box(505, y, 120, 40, fill=ITEM, edge=ITEM, round=3)
            sheet.line(625, y + 20, 795, 205, color=ITEM, wide=4)
        else:
            sheet.text(425, y + 9, "masked:\nnobody there", size=24, color=NEGATIVE, bold=True)
    sheet.text(195, 394, "blue: the pin itself", size=24, color=USER)
    sheet.box(800, 165, 150, 80, fill="#fff", edge=INK)
    sheet.text(875, 214, "block", at="middle", bold=True)
    sheet.box(760, 300, 230, 60, fill=USER, edge=USER)
    sheet.text(875, 340, "CLS + the pin", at="middle", color="#fff", bold=True)
    sheet.line(875, 300, 875, 252, color=USER, wide=5, head=True)
    sheet.text(1005, 322, "looks at\nitself, too", size=24, color=USER)
    sheet.text(875, 384, "CLS: a vector that is learned", at="middle", size=24, color=QUIET)
    sheet.line(950, 205, 1010, 205, head=True, wide=4)
    sheet.text(195, 434, "a block: attention; the input is added again; then a small network", size=24, color=QUIET)  # fmt: skip
    sheet.box(1020, 170, 120, 70, fill=ITEM, edge=ITEM)
    sheet.text(1080, 198, "one\nvector", at="middle", color="#fff", bold=True)
    return sheet


STEPS = (
    ("no graph", "nothing heard", INK),
    ("boards, mean", "board-pin, mean", ITEM),
    ("boards, transformer", "board-pin, transformer", ITEM),
    ("six graphs, mean", "each its own, mean", USER),
    ("six graphs, GAT + HAN", "each its own, attention", USER),
    ("six graphs, concat", "each its own, concat", USER),
)


def step_by_step() -> Sheet:
    """Draw how far each arm of figure 14.3 is from the transformer of six graphs, and its seconds."""
    climb = results.load("14_climb").values["PinWorld"]
    seconds = {arm["arm"]: arm["seconds"] for arm in climb["arms"]}
    whole = "each its own, transformer"
    zero, times, told = 810, 16000, []
    sheet = Sheet(410, "")
    found = climb["leads"][f"{whole} over {STEPS[0][1]}"]["one"]
    sheet.text(zero, 28, f"six graphs, transformer: {found:.3f}", at="middle", bold=True)
    sheet.text(1158, 28, f"{seconds[whole]:.0f} s", at="end", bold=True)
    for tick in (-0.02, -0.01, 0):
        x = zero + times * tick
        sheet.line(x, 42, x, 356, color="#dfe2e6" if tick else INK, wide=2 + (not tick))
        said = f"{tick:+.2f}".replace("-", "−") if tick else "0"
        sheet.text(x, 382, said, at="middle", size=24, color=QUIET)
    for k, (name, arm, color) in enumerate(STEPS):
        y, lead = 66 + 53 * k, climb["leads"][f"{whole} over {arm}"]
        high, gap, low = (zero - times * lead[x] for x in ("high", "gap", "low"))
        sheet.text(0, y + 9, name, bold=True)
        sheet.line(high, y, low, y, color=color, wide=8)
        mark(sheet, gap, y, 12, color, seen=False)
        said = "behind" if lead["low"] > 0 else "cannot tell"
        sheet.text(900, y + 9, said, size=24, color=QUIET)
        sheet.text(1158, y + 9, f"{seconds[arm]:.0f} s", at="end")
        told.append(f"{name} {said}, {seconds[arm]:.0f} s")
    sheet.text(0, 382, "recall@10, less or more", size=24, color=QUIET)
    sheet.text(1158, 382, "to train", at="end", size=24, color=QUIET)
    sheet.alt = f"Recall at 10 beside the transformer of six graphs, {found:.3f}, {seconds[whole]:.0f} s: {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "six graphs": six_graphs,
    "who knows whom": who_knows_whom,
    "lists of a pin": lists,
    "mean by hand": mean_by_hand,
    "attention by hand": attention,
    "empty list": empty_list,
    "two levels": two_levels,
    "step by step": step_by_step,
}
