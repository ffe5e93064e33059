"""Drawings for the hour of lesson 18: outcomes, four generators, what a log holds, four rows, traps, what to ask."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
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
    sheet.text(352, 384, "saved once, it counts 4; IPS: the mean over all rows", color=QUIET)
    return sheet


def four_into_one() -> Sheet:
    sheet = Sheet(
        110, "Four ranked lists, item2item, iALS, L3 and pictures, run into one fused list; does it find more than iALS alone?"
    )  # fmt: skip
    for k, name in enumerate(("item2item", "iALS", "L3", "pictures")):
        sheet.box(4 + 170 * k, 30, 162, 56, fill=TINT[USER], edge=USER)
        sheet.text(85 + 170 * k, 66, name, at="middle", bold=True)
    sheet.line(692, 58, 770, 58, head=True, wide=5, color=INK)
    sheet.box(780, 22, 150, 72, fill=TINT[ITEM], edge=ITEM)
    sheet.text(855, 66, "fused", at="middle", bold=True)
    sheet.text(950, 50, "more than the\nbest alone?", bold=True, color=ITEM)
    return sheet


def nine_users() -> Sheet:
    sheet = Sheet(
        250, "Five users with the new lists save 4, 6, 5, 9 and 6, four of the control 3, 5, 4 and 4: a lift of 0.5, from -0.018 to 1.018"
    )  # fmt: skip
    halves = (("new lists", (4, 6, 5, 9, 6), "mean 6, v = 3.5, n = 5", ITEM), ("control", (3, 5, 4, 4), "mean 4, v = 0.67, n = 4", USER))  # fmt: skip
    for k, (name, saves, said, color) in enumerate(halves):
        y = 2 + 66 * k
        sheet.text(4, y + 36, name, bold=True)
        for j, many in enumerate(saves):
            sheet.box(190 + 84 * j, y + 2, 72, 50, fill=TINT[color], edge=color, round=4)
            sheet.text(226 + 84 * j, y + 37, f"{many}", at="middle", bold=True)
        sheet.text(650, y + 36, said)
    sheet.line(220, 156, 220, 216)
    sheet.text(220, 244, "no difference", at="middle")
    sheet.line(205, 186, 1024, 186, wide=9)
    sheet.dot(615, 186, 14, CONTEXT)
    sheet.text(1044, 195, "1.018")
    sheet.text(700, 244, "2 √Var(r) = 0.518 on each side", size=24, color=QUIET)
    sheet.text(190, 195, "−0.018", at="end")
    sheet.text(615, 228, "lift 0.5", at="middle", bold=True)
    return sheet


def which_are_fused() -> Sheet:
    sheet = Sheet(
        112, "Two fused are item2item and iALS, three fused have pictures too, four fused have L3 as well"
    )  # fmt: skip
    for k, (name, parts) in enumerate((("two fused", "item2item, iALS"), ("three fused", "and pictures"), ("four fused", "and L3"))):  # fmt: skip
        x = 4 + 394 * k
        sheet.box(x, 6, 330, 96, fill=TINT[USER], edge=USER)
        sheet.text(x + 165, 46, name, at="middle", bold=True)
        sheet.text(x + 165, 84, parts, at="middle")
        if k < 2:
            sheet.line(x + 336, 54, x + 388, 54, head=True, wide=5, color=INK)
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
    "what a log holds": what_a_log_holds,
    "one row for four": one_for_four,
    "four lists, one list": four_into_one,
    "a lift of nine users": nine_users,
    "which lists are fused": which_are_fused,
}
