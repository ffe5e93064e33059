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
    ways = (("mean", "", "a mean", "matrices, added"), ("concat", "first level alone", "attention block", "matrices, added"), ("transformer", "MultiBiSage", "attention block", "attention block"), ("GAT + HAN", "", "GAT: how loud?", "HAN: how loud?"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x = 145 + 248 * k + 24 * (k == 3)
        sheet.text(x + 118, 252, name, at="middle", bold=True)
        sheet.text(x + 118, 282, whose, at="middle", size=24, color=QUIET)
        for y, said in ((298, near), (360, over)):
            block = said.endswith("block")
            color = ITEM if block else CONTEXT
            sheet.box(x, y, 236, 56, fill=TINT[color], edge=color, round=4)
            sheet.text(x + 118, y + 37, said, at="middle", size=24, bold=block)
    return sheet


def what_is_left() -> Sheet:
    sheet = Sheet(
        436,
        "For a pin on no board: PinSage and a mean of the boards have its content; RP3β and iALS what is engaged with right after it; iALS with six graphs that, people and searches; a mean of six graphs content and neighbors in other graphs",
    )
    columns = (("its\ncontent", 520), ("pins engaged\nwith after it", 690), ("its people,\nits searches", 895), ("neighbors in\nother graphs", 1080))  # fmt: skip
    rows = (
        ("PinSage; mean of the boards", "no boards to hear", (1, 0, 0, 0)),
        ("RP3β; iALS", "count pairs", (0, 1, 0, 0)),
        ("iALS with six graphs", "counts all six", (0, 1, 1, 0)),
        ("mean of each of six graphs", "hears five others", (1, 0, 0, 1)),
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


def which_pays() -> Sheet:
    climb = results.load("14_climb").values["PinWorld"]
    arms = {arm["arm"]: arm for arm in climb["arms"]}
    sizes = results.load("14_sizes").values["PinWorld"]["leads"]
    test = results.load("14_answers").values["PinWorld"]["leads"]
    names = ("board-pin, mean", "each its own, mean", "each its own, transformer")
    boards, mean, whole = (arms[name] for name in names)
    rows = (
        ("six graphs", "over the boards", sizes["all graphs, mean over one graph, mean, all"], _price(boards, mean)),
        ("attention,\nsecond level", "over a mean", test["transformer, left in over mean, left in, all@10"], _price(mean, whole)),
        ("all three", "over a larger PinSage", test["transformer, left in over PinSage, as long as the transformer, left in, all@10"], "as many seconds"),
    )  # fmt: skip
    beside = (
        "recall@10, all pins of PinWorld's test week, edges left in; seconds of a training in 14.5"
    )
    return _steps(rows, 770, 13000, beside, (0.01,))


def _price(one, other) -> str:
    """Return the seconds of two trainings, "12 → 15 s"."""
    return f"{one['seconds']:.0f} → {other['seconds']:.0f} s"


def left_in_or_in_time() -> Sheet:
    """Draw the leads of the plain mean twice, by the graphs that the networks were trained with."""
    stored = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"]["all@10"] for row in stored["test"]}
    rows = (
        ("MultiBiSage", "transformer, {}"),
        ("larger PinSage", "PinSage, as long as the transformer, {}"),
        ("RP3β", "RP3β"),
        ("iALS, six graphs", "iALS, all graphs"),
    )
    columns = (("left in", "edges left in", 715), ("in time", "first morning", 970))
    sheet, zero, times, told = Sheet(426, ""), 490, 8800, []
    sheet.text(0, 30, "over …", bold=True)
    for way, name, x in columns:
        sheet.text(x, 30, name, bold=True)
        sheet.text(x, 60, f"mean {found[f'mean, {way}']:.3f}", size=24, color=QUIET)
    for tick in (-0.01, 0, 0.01):
        x = zero + times * tick
        sheet.line(x, 72, x, 392, color=CONTEXT if not tick else "#dfe2e6", wide=2 + (not tick))
        sheet.text(x, 420, f"{tick:+.2f}".replace("-", "−") if tick else "0", at="middle", size=24, color=QUIET)  # fmt: skip
    sheet.text(0, 420, "recall@10, all pins, test week", size=24, color=QUIET)
    for k, (name, rival) in enumerate(rows):
        y = 84 + 80 * k
        sheet.line(0, y - 6, WIDE, y - 6, color="#dfe2e6", wide=2)
        sheet.text(0, y + 46, name, bold=True)
        for j, (way, _, x) in enumerate(columns):
            key = f"mean, {way} over {rival.format(way)}, all@10"
            if (lead := stored["leads"].get(key)) is None:
                sheet.text(x, y + 46, "not run", color=QUIET)
                continue
            better, worse = lead["low"] > 0, lead["high"] < 0
            color = POSITIVE if better else NEGATIVE if worse else CONTEXT
            low, mid, end = (zero + times * lead[a] for a in ("low", "gap", "high"))
            at = y + 22 + 30 * j
            sheet.line(low, at, end, at, color=color, wide=7)
            sheet.dot(mid, at, 11, color)
            if j:
                sheet.dot(mid, at, 6, "#fff")
            gap = f"{lead['gap']:+.3f}".replace("-", "−") if better or worse else "cannot tell"
            sheet.text(x, y + 46, gap, bold=better or worse, color=color if better or worse else INK)  # fmt: skip
            told.append(f"{name}, {way}: {gap}")
    for _, _, x in columns:
        sheet.dot(x - 22, 21, 11, INK)
    sheet.dot(columns[1][2] - 22, 21, 6, "#fff")
    sheet.alt = f"Lead of the plain mean in recall at 10, with edges left in and with graphs of the first morning, over: {'; '.join(told)}"
    return sheet


def _steps(rows, zero: float, times: float, beside: str, ticks: tuple[float, ...]) -> Sheet:
    """Draw leads in recall@10, a row each: (name, over whom, lead, price)."""
    step = min(90, 360 // len(rows))
    high = step * len(rows)
    sheet, told = Sheet(high + 66, ""), []
    sheet.line(zero, 6, zero, high)
    sheet.text(zero, high + 26, "no difference", at="middle", size=24, color=QUIET)
    for tick in ticks:
        sheet.line(zero + times * tick, 6, zero + times * tick, high, color="#dfe2e6", wide=2)
        sheet.text(zero + times * tick + 20, high + 26, f"{tick:+.3f}", at="middle", size=24, color=QUIET)  # fmt: skip
    sheet.text(0, high + 60, beside, size=24, color=QUIET)
    for k, (name, over, lead, price) in enumerate(rows):
        y = step / 2 + step * k
        better, worse = lead["low"] > 0, lead["high"] < 0
        color = POSITIVE if better else NEGATIVE if worse else CONTEXT
        sheet.box(2, y - step / 2 + 10, 230, step - 20, fill=TINT[color], edge=color)
        sheet.text(117, y + 9 - 16 * name.count("\n"), name, at="middle", bold=True)
        sheet.text(256, y + 13, "✓" if better else "✗" if worse else "?", bold=True, size=36, color=color)  # fmt: skip
        sheet.text(306, y - 7, over)
        sheet.text(306, y + 27, price, size=24, color=QUIET)
        low, mid, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y, end, y, color=color, wide=9)
        sheet.dot(mid, y, 13, color)
        gap = f"{lead['gap']:+.3f}".replace("-", "−") if better or worse else "cannot tell"
        sheet.text(1158, y + 9, gap, at="end", bold=True)
        told.append(f"{' '.join((*name.split(), over, price))}: {gap}")
    sheet.alt = f"What each step adds: {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "what is left": what_is_left,
    "which pays": which_pays,
    "left in or in time": left_in_or_in_time,
}
