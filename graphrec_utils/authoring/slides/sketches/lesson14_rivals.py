"""Drawings for the hour of lesson 14: who is compared, what is left for a pin on no board, and which step pays."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, ITEM, NEGATIVE, POSITIVE, USER


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
    ways = (("mean", "a mean", "a matrix each, added"), ("attention", "learned fit", "learned fit"), ("concat", "block", "side by side"), ("transformer", "block", "block"))  # fmt: skip
    for k, (name, near, over) in enumerate(ways):
        x = 10 + 290 * k
        sheet.box(x, 256, 270, 150, fill=TINT[ITEM], edge=ITEM)
        sheet.text(x + 135, 294, name, at="middle", bold=True)
        sheet.text(x + 135, 340, near, at="middle", size=24)
        sheet.text(x + 135, 382, over, at="middle", size=24)
    return sheet


def what_is_left() -> Sheet:
    sheet = Sheet(
        430,
        "For a pin on no board: PinSage and a mean of the boards have its content; RP3β and iALS what is engaged with right before or after it; iALS with six graphs that, people and searches; a mean of six graphs content and neighbors elsewhere",
    )
    columns = (("its\ncontent", 515), ("engaged with\nbefore or after", 725), ("its people,\nsearches", 905), ("neighbors\nelsewhere", 1075))  # fmt: skip
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


def which_pays() -> Sheet:
    sheet = Sheet(
        262,
        "Six graphs: yes, +0.012. Attention: not told from a mean. A second level: no gain, a plain mean is ahead by 0.005",
    )
    rows = (
        ("six graphs", "✓  +0.012 over the boards alone, a mean of each", POSITIVE),
        ("attention", "?  a mean of six cannot be told from it", CONTEXT),
        ("a second level", "✗  no gain: a plain mean of six is ahead by 0.005", NEGATIVE),
    )  # fmt: skip
    sheet.named(rows, high=64)
    return sheet


DRAWINGS = {"climb": climb, "what is left": what_is_left, "which pays": which_pays}
