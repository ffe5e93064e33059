"""Drawings for the hour of lesson 14: who is compared, what is left for a pin on no board, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        430,
        "Two ways up: edges, from no graph to the boards to six graphs; and ways to listen, from a mean over attention and concat to the transformer",
    )
    sheet.text(10, 28, "the task: after this pin, which pin is engaged with next?", color=QUIET)
    sheet.text(10, 74, "1  bring edges: whom can a pin hear?", bold=True)
    for k, name in enumerate(("no graph", "the boards", "six graphs")):
        x, y = 20 + 385 * k, 112 - 12 * k
        sheet.box(x, y, 280, 60 + 12 * k, fill=TINT[USER], edge=USER)
        sheet.text(x + 140, y + 38 + 6 * k, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, color=USER, wide=5, head=True)
    sheet.text(10, 236, "2  a way to listen: over neighbors, then over graphs", bold=True)
    sheet.text(0, 352, "neighbors:", size=24, color=QUIET)
    sheet.text(0, 396, "graphs:", size=24, color=QUIET)
    ways = (("mean", "", "a mean", "matrices, added"), ("attention", "(GAT, HAN)", "learned fit", "learned fit"), ("concat", "", "attention block", "side by side"), ("transformer", "(MultiBiSage)", "attention block", "attention block"))  # fmt: skip
    for k, (name, whose, near, over) in enumerate(ways):
        x = 145 + 254 * k
        sheet.box(x, 252, 244, 166, fill=TINT[ITEM], edge=ITEM)
        sheet.text(x + 122, 284, name, at="middle", bold=True)
        sheet.text(x + 122, 314, whose, at="middle", size=24)
        sheet.text(x + 122, 352, near, at="middle", size=24)
        sheet.text(x + 122, 396, over, at="middle", size=24)
    return sheet


def what_is_left() -> Sheet:
    sheet = Sheet(
        436,
        "For a pin on no board: PinSage and a mean of the boards have its content; RP3β and iALS what is engaged with right after it; iALS with six graphs that, people and searches; a mean of six graphs content and neighbors in other graphs",
    )
    columns = (("its\ncontent", 520), ("pins engaged\nwith after it", 690), ("its people,\nits searches", 895), ("neighbors in\nother graphs", 1080))  # fmt: skip
    rows = (
        ("PinSage; mean of the boards", "hear pins on its boards: it has none", (1, 0, 0, 0)),
        ("RP3β; iALS", "count pairs: first this pin, then that", (0, 1, 0, 0)),
        ("iALS with six graphs", "counts in all of them", (0, 1, 1, 0)),
        ("mean of each of six graphs", "hears the five others", (1, 0, 0, 1)),
    )
    sheet.text(0, 26, "what is left for\na pin on no board", size=24, color=QUIET)
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


def looked_at_and_lost() -> Sheet:
    climb = results.load("14_climb").values["PinWorld"]
    whole = "each its own, transformer"
    looks = next(arm["looks"]["all"] for arm in climb["arms"] if arm["arm"] == whole)
    zero, times, told = 740, 29000, []
    sheet = Sheet(440, "")
    sheet.text(190, 28, "how much it is looked at", bold=True)
    sheet.text(600, 28, "recall@10 lost if trained without it", bold=True)
    sheet.line(zero, 48, zero, 404)
    sheet.text(zero, 434, "nothing lost", at="middle", size=24, color=QUIET)
    for k, (graph, share) in enumerate(looks.items()):
        y, lead = 76 + 60 * k, climb["leads"][f"{whole} over without {graph}, transformer"]
        sheet.text(172, y + 9, graph, at="end")
        sheet.bar(190, y - 19, 700 * share, 38, ITEM)
        sheet.text(200 + 700 * share, y + 9, f"{share:.2f}")
        low, mid, high = (zero + times * lead[x] for x in ("low", "gap", "high"))
        color = NEGATIVE if lead["low"] > 0 else CONTEXT
        sheet.line(low, y, high, y, color=color, wide=9)
        sheet.dot(mid, y, 12, color)
        lost = f"{lead['gap']:.3f}".replace("-", "−")
        sheet.text(1130, y + 9, lost, at="end", bold=True)
        told.append(f"{graph} {share:.2f}, {lost}")
    sheet.alt = f"How much a trained model looks at each graph, and what is lost without it: {'; '.join(told)}"  # fmt: skip
    return sheet


def which_pays() -> Sheet:
    climb = results.load("14_climb").values["PinWorld"]["leads"]
    sizes = results.load("14_sizes").values["PinWorld"]["leads"]
    test = results.load("14_answers").values["PinWorld"]["leads"]
    own = "each its own, {}".format
    rows = (
        ("six graphs", "over the boards, a mean of each", "last week", sizes["all graphs, mean over one graph, mean, all"]),
        ("attention", "GAT and HAN, over a mean", "both levels; week of 14.5", climb[f"{own('attention')} over {own('mean')}"]),
        ("second level", "over concat, the first alone", "week of 14.5", climb[f"{own('transformer')} over {own('concat')}"]),
        ("MultiBiSage", "over a plain mean, six graphs", "last week", test["transformer, left in over mean, left in, all@10"]),
        ("MultiBiSage", "over a larger PinSage", "as many seconds; last week", test["transformer, left in over PinSage, as long as the transformer, left in, all@10"]),
    )  # fmt: skip
    return _steps(rows, 820, 9500)


def on_no_board() -> Sheet:
    leads = results.load("14_sizes").values["PinWorld"]["leads"]
    rivals = (
        ("the boards", "a mean of one graph", "its list there is empty", "one graph, mean"),
        ("iALS", "learned from pairs", "first this pin, then that", "iALS, d = 16"),
        ("RP3β", "counts pairs", "first this pin, then that", "RP3β"),
        ("iALS, six", "pairs and six graphs", "its people, its searches", "iALS, all graphs, d = 24"),
    )  # fmt: skip
    rows = [
        (name, what, has, leads[f"all graphs, mean over {model}, asked off board"])
        for name, what, has, model in rivals
    ]
    return _steps(rows, 760, 3500, "on no board: the mean of six graphs over …")


def _steps(rows, zero: float, times: float, head: str = "") -> Sheet:
    """Draw leads in recall@10, a row each: (name, over whom, how, lead)."""
    top = 44 if head else 0
    step = min(82, 360 // len(rows))
    high = top + step * len(rows)
    sheet, told = Sheet(high + 32, ""), []
    if head:
        sheet.text(0, 28, head, bold=True)
    sheet.line(zero, top + 6, zero, high)
    sheet.text(zero, high + 26, "no difference in recall@10", at="middle", size=24, color=QUIET)
    for k, (name, over, week, lead) in enumerate(rows):
        y = top + step / 2 + step * k
        better, worse = lead["low"] > 0, lead["high"] < 0
        color = POSITIVE if better else NEGATIVE if worse else CONTEXT
        sheet.box(2, y - step / 2 + 5, 210, step - 10, fill=TINT[color], edge=color)
        sheet.text(107, y + 9, name, at="middle", bold=True)
        sheet.text(236, y + 13, "✓" if better else "✗" if worse else "?", bold=True, size=36, color=color)  # fmt: skip
        sheet.text(286, y - 6, over)
        sheet.text(286, y + 28, week, size=24, color=QUIET)
        low, mid, high = (zero + times * lead[x] for x in ("low", "gap", "high"))
        sheet.line(low, y - 4, high, y - 4, color=color, wide=9)
        sheet.dot(mid, y - 4, 13, color)
        gap = f"{lead['gap']:+.3f}".replace("-", "−") if better or worse else "cannot tell"
        sheet.text(1158, y + 5, gap, at="end", bold=True)
        told.append(f"{name} {over}, {week}: {gap}")
    sheet.alt = f"{head or 'What each step adds:'} {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "climb": climb,
    "what is left": what_is_left,
    "looked at and lost": looked_at_and_lost,
    "which pays": which_pays,
    "on no board": on_no_board,
}
