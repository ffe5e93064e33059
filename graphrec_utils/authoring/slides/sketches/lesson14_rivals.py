"""Drawings for the hour of lesson 14: who is compared, what is left for a pin on no board, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, ITEM, NEGATIVE, POSITIVE, USER


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
    beside = "recall@10, all pins of the test week; seconds of a training in 14.5"
    return _steps(rows, 770, 13000, beside=beside, ticks=(0.01,))


def _price(one, other) -> str:
    """Return the seconds of two trainings, "12 → 15 s"."""
    return f"{one['seconds']:.0f} → {other['seconds']:.0f} s"


def ahead_of_all_three() -> Sheet:
    sizes = results.load("14_sizes").values["PinWorld"]
    test = results.load("14_answers").values["PinWorld"]
    found = {row["model"]: row["recall"].get("all@10", row["recall"].get("all")) for row in [*sizes["models"], *test["test"]]}  # fmt: skip
    mean, longer, counts = "mean, left in", "PinSage, as long as the transformer, left in", "iALS, all graphs, d = 24"  # fmt: skip
    lead, whole = test["leads"], "transformer, left in"
    rows = (
        ("MultiBiSage", f"{found[whole]:.3f}", lead[f"{mean} over {whole}, all@10"]),
        ("larger PinSage", f"{found[longer]:.3f}", lead[f"{mean} over {longer}, all@10"]),
        ("iALS, six", f"{found[counts]:.3f}", sizes["leads"][f"all graphs, mean over {counts}, all"]),
    )  # fmt: skip
    return _steps(
        rows,
        480,
        26000,
        f"recall@10 of the plain mean, {found[mean]:.3f} (beside iALS {found['all graphs, mean']:.3f}), over …",
        "all pins of the test week; differences before rounding",
        (0.005, 0.01),
    )


def _steps(rows, zero: float, times: float, head: str = "", beside: str = "", ticks: tuple[float, ...] = ()) -> Sheet:  # fmt: skip
    """Draw leads in recall@10, a row each: (name, over whom, lead) of rivals, with a price of what is to be paid for."""
    top = 50 if head else 0
    step = min(90, 360 // len(rows))
    high = top + step * len(rows)
    sheet, told = Sheet(high + 66, ""), []
    if head:
        sheet.text(0, 30, head, bold=True)
    sheet.line(zero, top + 6, zero, high)
    sheet.text(zero, high + 26, "no difference", at="middle", size=24, color=QUIET)
    for tick in ticks:
        sheet.line(zero + times * tick, top + 6, zero + times * tick, high, color="#dfe2e6", wide=2)
        sheet.text(zero + times * tick, high + 26, f"{tick:+.3f}", at="middle", size=24, color=QUIET)  # fmt: skip
    sheet.text(0, high + 60, beside, size=24, color=QUIET)
    for k, (name, over, lead, *price) in enumerate(rows):
        y = top + step / 2 + step * k
        better, worse = lead["low"] > 0, lead["high"] < 0
        color = POSITIVE if better else NEGATIVE if worse else CONTEXT
        tint = color if price else CONTEXT  # a rival is not what pays
        sheet.box(2, y - step / 2 + 10, 230, step - 20, fill=TINT[tint], edge=tint)
        sheet.text(117, y + 9 - 16 * name.count("\n"), name, at="middle", bold=True)
        if price:
            sheet.text(256, y + 13, "✓" if better else "✗" if worse else "?", bold=True, size=36, color=color)  # fmt: skip
        sheet.text(306, y + 9 - 16 * len(price), over)
        for said in price:
            sheet.text(306, y + 27, said, size=24, color=QUIET)
        low, mid, end = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y, end, y, color=color, wide=9)
        sheet.dot(mid, y, 13, color)
        gap = f"{lead['gap']:+.3f}".replace("-", "−") if better or worse else "cannot tell"
        sheet.text(1158, y + 9, gap, at="end", bold=True)
        told.append(f"{' '.join((*name.split(), over, *price))}: {gap}")
    sheet.alt = f"{head or 'What each step adds:'} {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "what is left": what_is_left,
    "which pays": which_pays,
    "ahead of all three": ahead_of_all_three,
}
