"""Drawings for the hour of lesson 14: who is compared, what is left for a pin on no board, and which step pays."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def climb() -> Sheet:
    sheet = Sheet(
        430,
        "Two ways up: edges, from no graph to the boards to six graphs; and ways to listen, from a mean over attention and concat to the transformer",
    )
    sheet.text(10, 34, "1  bring edges: whom can a pin hear?", bold=True)
    for k, name in enumerate(("no graph", "the boards", "six graphs")):
        x, y = 20 + 385 * k, 96 - 12 * k
        sheet.box(x, y, 280, 60 + 12 * k, fill=TINT[USER], edge=USER)
        sheet.text(x + 140, y + 38 + 6 * k, name, at="middle")
        if k:
            sheet.line(x - 95, y + 36, x - 10, y + 36, color=USER, wide=5, head=True)
    sheet.text(10, 230, "2  a way to listen: over neighbors, then over graphs", bold=True)
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
        430,
        "For a pin on no board: PinSage and a mean of the boards have its content; RP3β and iALS what is engaged with right before or after it; iALS with six graphs that, people and searches; a mean of six graphs content and neighbors in other graphs",
    )
    columns = (("its\ncontent", 440), ("engaged with\nbefore or after", 620), ("people, searches\nas its rows", 850), ("neighbors in\nother graphs", 1070))  # fmt: skip
    rows = (
        ("PinSage; mean of the boards", (1, 0, 0, 0)),
        ("RP3β; iALS", (0, 1, 0, 0)),
        ("iALS with six graphs", (0, 1, 1, 0)),
        ("mean of each of six graphs", (1, 0, 0, 1)),
    )
    for name, x in columns:
        sheet.text(x, 26, name, at="middle", size=24)
    for k, (name, has) in enumerate(rows):
        y = 124 + 84 * k
        sheet.line(0, y - 42, WIDE, y - 42, color="#dfe2e6", wide=2)
        sheet.text(0, y + 9, name, bold=k == 3)
        for there, (_, x) in zip(has, columns, strict=True):
            sheet.dot(x, y, 20, ITEM if there else "#fff", CONTEXT if not there else ITEM)
    return sheet


def looked_at_and_lost() -> Sheet:
    climb = results.load("14_climb").values["PinWorld"]
    whole = "each its own, transformer"
    looks = next(arm["looks"]["all"] for arm in climb["arms"] if arm["arm"] == whole)
    sheet = Sheet(
        376,
        "How much a trained model looks at boards and at ads, and what is lost without each: far apart, and alike",
        wide=250,
    )
    for k, graph in enumerate(("board-pin", "user-ad")):
        y, lead = 194 * k, climb["leads"][f"{whole} over without {graph}, transformer"]
        sheet.text(0, y + 26, graph, bold=True)
        sheet.text(0, y + 60, f"looked at: {looks[graph]:.2f}", size=24)
        sheet.bar(0, y + 70, 560 * looks[graph], 28, ITEM)
        sheet.text(0, y + 130, f"lost: {lead['gap']:.3f}", size=24)
        sheet.bar(0, y + 140, 26000 * lead["gap"], 28, NEGATIVE)
        sheet.line(26000 * lead["low"], y + 154, 26000 * lead["high"], y + 154, color=INK)
    return sheet


def which_pays() -> Sheet:
    sheet = Sheet(
        330,
        "Six graphs: yes, +0.012. Attention over a mean: cannot tell. A second level over concat: cannot tell. All of it: a plain mean is ahead by 0.005",
    )
    rows = (
        ("six graphs", "✓  +0.012 over the boards alone, a mean of each", POSITIVE),
        ("attention", "?  six graphs, attention over a mean: cannot tell", CONTEXT),
        ("a second level", "?  over concat: cannot tell", CONTEXT),
        ("all of it", "✗  a plain mean of six graphs is ahead by 0.005", NEGATIVE),
    )  # fmt: skip
    sheet.named(rows, high=60)
    return sheet


DRAWINGS = {
    "climb": climb,
    "what is left": what_is_left,
    "looked at and lost": looked_at_and_lost,
    "which pays": which_pays,
}
