"""Drawings for the hour of lesson 18: outcomes, days, four generators, what a log holds, four rows, traps, what to ask."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson17 import days
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def outcomes() -> Sheet:
    sheet = Sheet(
        290, "Three intervals beside the line of no difference: right of it is more, left of it is less, over it cannot tell"
    )  # fmt: skip
    sheet.line(600, 10, 600, 230)
    sheet.text(600, 266, "no difference", at="middle")
    rows = ((700, 950, "more", POSITIVE), (250, 500, "less", NEGATIVE), (500, 780, "cannot tell", CONTEXT))  # fmt: skip
    for k, (low, high, name, color) in enumerate(rows):
        y = 45 + 72 * k
        sheet.line(low, y, high, y, color=color, wide=10)
        sheet.dot((low + high) / 2, y, 14, color)
        sheet.text(20, y + 9, name, bold=True)
    return sheet


def three_parts() -> Sheet:
    return days(
        ((42, "train", "days 0 to 41", USER), (7, "choose", "42 to 48", POSITIVE), (7, "test", "49 to 55", ITEM)),
        "56 days of 1,000 users and 2,800 pins",
    )  # fmt: skip


def four_generators() -> Sheet:
    sheet = Sheet(
        410, "item2item adds cosines, iALS folds a vector in, L3 walks three steps, pictures adds the saved pictures"
    )  # fmt: skip
    rows = (
        ("item2item", "cosines with what she saved, added"),
        ("iALS", "a vector of hers, folded in, times the pin's"),
        ("L3", ""),
        ("pictures", "the sum of her saved pictures, times the pin's"),
    )
    for k, (name, way) in enumerate(rows):
        y = 50 + 102 * k
        sheet.box(10, y - 40, 200, 76, fill=TINT[USER], edge=USER)
        sheet.text(110, y + 9, name, at="middle", bold=True)
        sheet.text(250, y + 9, way)
    y = 254
    for k, name in enumerate(("she", "a pin", "who saved it", "their pin")):
        x = 250 + 230 * k
        color = USER if k % 2 == 0 else ITEM
        sheet.box(x, y - 34, 182, 64, fill=TINT[color], edge=color, round=30 if k % 2 == 0 else 6)
        sheet.text(x + 91, y + 7, name, at="middle", size=24)
        if k < 3:
            sheet.line(x + 184, y - 2, x + 226, y - 2, head=True, wide=4, color=INK)
    return sheet


def what_a_log_holds() -> Sheet:
    sheet = Sheet(
        430, "Old lists show popular pins, only what is shown is saved, the log holds popular pins, and a walk of three steps ends at them"
    )  # fmt: skip
    steps = ("old lists show\npopular pins", "what is shown\ncan be saved", "so the log holds\npopular pins", "L3 walks to\npopular pins")  # fmt: skip
    for k, said in enumerate(steps):
        x = 4 + 300 * k
        color = ITEM if k == 3 else CONTEXT
        sheet.box(x, 10, 248, 120, fill=TINT[color], edge=color)
        sheet.text(x + 124, 62, said, at="middle", bold=k == 3)
        if k < 3:
            sheet.line(x + 252, 70, x + 296, 70, head=True, wide=5, color=INK)
    answers = (
        (284, "asked of the log: second", "it says what the log will hold", POSITIVE, 970),
        (872, "asked of people: far below", "here they do not like the popular more", NEGATIVE, 1030),
    )  # fmt: skip
    for x, said, why, color, at in answers:
        sheet.line(at, 136, x + 40, 250, head=True, wide=6, color=color)
        sheet.box(x - 280, 262, 560, 130, fill=TINT[color], edge=color)
        sheet.text(x, 316, said, at="middle", bold=True, size=30)
        sheet.text(x, 362, why, at="middle")
    return sheet


def one_for_four() -> Sheet:
    sheet = Sheet(
        400, "The log drew a pin with chance 0.1, one in ten; the policy would show it four times in ten: the row stands for four"
    )  # fmt: skip
    for k, (who, many, color) in enumerate((("the log drew it: 0.1", 1, USER), ("the policy would: 0.4", 4, ITEM))):  # fmt: skip
        y = 10 + 110 * k
        sheet.text(330, y + 44, who, at="end", bold=True)
        for j in range(10):
            sheet.box(352 + 80 * j, y, 68, 68, fill=color if j < many else "#fff", edge=color if j < many else CONTEXT, round=5)  # fmt: skip
    sheet.text(352, 292, "weight", bold=True, color=ITEM)
    sheet.text(352, 338, "0.4 / 0.1 = 4", bold=True, size=34)
    sheet.text(352, 384, "saved once in the log, it counts four times", color=QUIET)
    return sheet


def four_rows() -> Sheet:
    sheet = Sheet(
        430, "Weights 2, 0.5, 0 and 2, rewards 1, 0, 0 and 0: their products add up to 2, IPS is 2 / 4, the effective size 2.45"
    )  # fmt: skip
    rows = (("weight w", ("2", "0.5", "0", "2"), "4.5"), ("saved y", ("1", "0", "0", "0"), ""), ("w · y", ("2", "0", "0", "0"), "2"))  # fmt: skip
    for j in range(4):
        sheet.text(290 + 150 * j, 26, f"row {j}", at="middle", size=24, color=QUIET)
    sheet.text(900, 26, "sum", at="middle", size=24, color=QUIET)
    for k, (name, values, total) in enumerate(rows):
        y = 75 + 76 * k
        color = ITEM if k == 2 else USER
        sheet.text(10, y + 9, name, bold=True)
        for j, value in enumerate(values):
            sheet.box(225 + 150 * j, y - 31, 130, 62, fill=TINT[color], edge=color, round=4)
            sheet.text(290 + 150 * j, y + 10, value, at="middle", bold=value == "2")
        if total:
            sheet.text(900, y + 10, total, at="middle", bold=True, size=30)
    made = (
        ("IPS: 2 / 4 = 0.5", "what is never drawn has no row, and counts as zero"),
        ("effective size: 4.5² / 8.25 = 2.45", "a few heavy rows decide"),
    )
    for k, (name, weak) in enumerate(made):
        y = 330 + 72 * k
        sheet.text(10, y, name, bold=True, color=ITEM)
        sheet.text(500 if k else 290, y, weak)
    return sheet


def whom_to_believe() -> Sheet:
    sheet = Sheet(
        220, "The log says list A is better, the experiment says list B is; a question mark stands between them"
    )  # fmt: skip
    for x, who, asked, best, color in ((4, "the log", "what was saved of old lists", "A", USER), (700, "the experiment", "people, with new lists", "B", POSITIVE)):  # fmt: skip
        sheet.box(x, 20, 456, 180, fill=TINT[color], edge=color)
        sheet.text(x + 228, 66, who, at="middle", bold=True, size=30)
        sheet.text(x + 228, 104, asked, at="middle", size=24, color=QUIET)
        sheet.text(x + 228, 168, f"list {best} is better", at="middle", bold=True, size=30)
    sheet.text(580, 134, "≠ ?", at="middle", bold=True, size=52, color=ITEM)
    return sheet


DRAWINGS = {
    "opening 18": whom_to_believe,
    "three outcomes": outcomes,
    "train, choose, test": three_parts,
    "four generators": four_generators,
    "what a log holds": what_a_log_holds,
    "one row for four": one_for_four,
    "four rows of a log": four_rows,
}
