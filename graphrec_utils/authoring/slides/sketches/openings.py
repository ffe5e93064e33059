"""Drawings for the title slide of an hour, `opening NN`: what its question is about."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, USER


def where_log_q_goes() -> Sheet:
    sheet = Sheet(
        256,
        "The loss of a batch: minus the logarithm of a fraction, above the positive, below the positive and the negatives; at three places stands minus log Q with a question mark; s₊ is the score of what she took, sⱼ that of a drawn item",
    )
    sheet.text(20, 124, "loss = − log", size=34)
    for x, said in ((20, "s₊: score of what she took"), (412, "sⱼ: of a drawn item"), (722, "Q: how often an item is drawn")):  # fmt: skip
        sheet.text(x, 244, said, size=24, color=QUIET)
    sheet.line(250, 112, 1140, 112, color=INK)
    pieces = (("exp( s₊", 660, 58), ("exp( s₊", 470, 182), ("+ Σ exp( sⱼ", 890, 182))
    for said, left, y in pieces:
        sheet.text(left - 12, y, said, at="end", size=34)
        sheet.box(left, y - 38, 190, 54, fill=TINT[ITEM], edge=ITEM, dashed=True)
        sheet.text(left + 95, y - 1, "− log Q ?", at="middle", bold=True, size=28)
        sheet.text(left + 204, y, ")", size=34)
    return sheet


def three_changes() -> Sheet:
    sheet = Sheet(
        250,
        "From PinSage, with one graph, to MultiBiSage, by three changes: six graphs, attention, a second level. Each has a price tag with a question mark",
    )
    for x, name, said, color in ((2, "PinSage", "one graph", CONTEXT), (914, "MultiBiSage", "all three", USER)):  # fmt: skip
        sheet.box(x, 50, 244, 110, fill=TINT[color], edge=color)
        sheet.text(x + 122, 98, name, at="middle", bold=True, size=30)
        sheet.text(x + 122, 138, said, at="middle", size=24, color=QUIET)
    sheet.line(246, 105, 906, 105, color=CONTEXT, wide=5, head=True)
    for k, name in enumerate(("+ six\ngraphs", "+ attention", "+ a second\nlevel")):
        x = 272 + 208 * k
        sheet.box(x, 30, 184, 150, fill=TINT[ITEM], edge=ITEM, round=20)
        sheet.text(x + 92, 80 if "\n" in name else 96, name, at="middle", bold=True)
        sheet.text(x + 92, 162, "?", at="middle", bold=True, size=34, color=ITEM)
    sheet.text(580, 236, "the task: after this pin, which pin is engaged with next?", at="middle", color=QUIET)  # fmt: skip
    return sheet


DRAWINGS = {"opening 11": where_log_q_goes, "opening 14": three_changes}
