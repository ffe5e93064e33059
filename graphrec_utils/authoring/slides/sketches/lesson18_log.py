"""Drawings for the hour of lesson 18: what hears a save, rows of a log by hand, whom to believe."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def four_generators() -> Sheet:
    sheet = Sheet(
        430, "What she saved enters all four: item2item adds cosines, iALS folds a vector in, L3 goes on to who saved it and to their pins, pictures adds up the pictures"
    )  # fmt: skip
    rows = (
        ("item2item", "pins with a high cosine", "cosines added up"),
        ("iALS", "a vector of hers", "times the pin's vector"),
        ("L3", "others who saved it", "their other pins"),
        ("pictures", "the sum of their pictures", "times the pin's vector"),
    )
    for k, (name, first, then) in enumerate(rows):
        y = 60 + 104 * k
        sheet.text(4, y + 9, name, bold=True)
        sheet.box(170, y - 36, 240, 72, fill=ITEM, edge=ITEM)
        sheet.text(290, y + 9, "what she saved", at="middle", bold=True, color="#fff")
        sheet.line(412, y, 440, y, head=True, wide=4, color=INK)
        sheet.box(442, y - 36, 352, 72, fill=TINT[USER], edge=USER)
        sheet.text(618, y + 9, first, at="middle")
        sheet.line(798, y, 832, y, head=True, wide=4, color=INK)
        sheet.text(842, y + 9, then)
    return sheet


def hardly_drawn() -> Sheet:
    sheet = Sheet(
        170, "Of a hundred pins that the policy would show six could have been drawn by the log, 94 could not"
    )  # fmt: skip
    for k in range(100):
        x, y = 4 + 34 * (k % 20), 6 + 33 * (k // 20)
        there = k < 6
        sheet.box(x, y, 26, 26, fill=USER if there else "#fff", edge=USER if there else CONTEXT, round=2)  # fmt: skip
    sheet.text(714, 42, "blue: 6 of 100 that it shows", bold=True, color=USER)
    sheet.text(714, 78, "could have been drawn")
    sheet.text(714, 130, "the policy shows the first", color=QUIET)
    sheet.text(714, 162, "pin of pictures", color=QUIET)
    return sheet


def rows_of(sheet: Sheet, rows: tuple[tuple[str, tuple[str, ...], str, str], ...], head: str, *, at: int = 1080, step: int = 72) -> None:  # fmt: skip
    """Draw rows of four numbers, (name, numbers, what they come to, color), `step` px apart, their sums `at` a place."""
    for j in range(4):
        sheet.text(480 + 140 * j, 26, f"row {j}", at="middle", size=24, color=QUIET)
    sheet.text(at, 26, head, at="middle", size=24, color=QUIET)
    for k, (name, values, total, color) in enumerate(rows):
        y = 72 + step * k
        sheet.text(4, y + 9, name, bold=True)
        for j, value in enumerate(values):
            sheet.box(420 + 140 * j, y - 29, 120, 58, fill=TINT[color], edge=color, round=4)
            sheet.text(480 + 140 * j, y + 10, value, at="middle", size=28)
        sheet.text(at, y + 10, total, at="middle", bold=True, size=30)


def ips_by_hand() -> Sheet:
    sheet = Sheet(
        400, "Weights 2, 0.5, 0 and 2, saved 1, 0, 0 and 0: a fifth pin was never drawn and has no row; the products add up to 2, IPS is 2 / 4; the effective size is 4.5 squared over 8.25"
    )  # fmt: skip
    rows = (
        ("weight w", ("2", "0.5", "0", "2"), "4.5", USER),
        ("saved y", ("1", "0", "0", "0"), "", USER),
        ("w · y", ("2", "0", "0", "0"), "2", ITEM),
    )
    rows_of(sheet, rows, "sum", at=1130)
    sheet.text(1032, 26, "no row", at="middle", size=24, color=NEGATIVE)
    for k in range(3):
        sheet.box(980, 43 + 72 * k, 104, 58, fill="#fff", edge=NEGATIVE, dashed=True, round=4)
    sheet.text(4, 316, "IPS: 2 / 4 = 0.5", bold=True, color=ITEM, size=30)
    sheet.text(640, 316, "never drawn: no row, adds nothing")
    sheet.text(4, 372, "effective size: 4.5² / 8.25 = 2.45", bold=True, color=ITEM, size=30)
    sheet.text(640, 372, "rows of equal weight, as noisy")
    return sheet


def dr_by_hand() -> Sheet:
    sheet = Sheet(
        430, "A model says 0.6, 0.4, 0.5 and 0.4 of what the policy shows, 0.475 on average, and 0.6, 0.4, 0.9 and 0.6 of what the log drew; its weighed errors add up to -0.6, and DR is 0.475 - 0.15"
    )  # fmt: skip
    rows = (
        ("q of what the policy shows", ("0.6", "0.4", "0.5", "0.4"), "mean 0.475", POSITIVE),
        ("q of what the log drew", ("0.6", "0.4", "0.9", "0.6"), "", POSITIVE),
        ("its error y − q", ("0.4", "−0.4", "−0.9", "−0.6"), "", USER),
        ("weight w", ("2", "0.5", "0", "2"), "", USER),
        ("w · (y − q)", ("0.8", "−0.2", "0", "−1.2"), "sum −0.6", ITEM),
    )
    rows_of(sheet, rows, "", step=64)
    sheet.text(4, 416, "DR: 0.475 − 0.6 / 4 = 0.325", bold=True, color=ITEM, size=34)
    sheet.text(640, 416, "q: the chance that a model expects")
    return sheet


def deaf_ranker() -> Sheet:
    sheet = Sheet(
        140, "Seven generators hear this minute and are fused; a ranker that hears nothing of it reorders the first hundred; do people save more?"
    )  # fmt: skip
    steps = (
        ("seven generators", "hear this minute", USER),
        ("fused", "the first hundred", USER),
        ("the ranker", "hears nothing of it", CONTEXT),
    )
    for k, (name, said, color) in enumerate(steps):
        x = 4 + 332 * k
        sheet.box(x, 14, 280, 106, fill=TINT[color], edge=color, dashed=k == 2)
        sheet.text(x + 140, 58, name, at="middle", bold=True)
        sheet.text(x + 140, 98, said, at="middle", size=24)
        sheet.line(x + 286, 67, x + 328, 67, head=True, wide=5, color=INK)
    sheet.text(1006, 78, "saves ?", bold=True, size=34, color=ITEM)
    return sheet


def believed() -> Sheet:
    sheet = Sheet(
        430, "The experiment asks people about your lists: believe it. A log asks them about somebody else's: believe it for what it could have drawn, if its chances are true; a mean of the weights far from 1 is the alarm"
    )  # fmt: skip
    sheet.box(4, 10, 400, 400, fill=TINT[POSITIVE], edge=POSITIVE)
    sheet.text(204, 66, "the experiment", at="middle", bold=True, size=32)
    sheet.text(204, 190, "asks people", at="middle", size=28)
    sheet.text(204, 232, "about your lists", at="middle", bold=True, size=28)
    sheet.text(204, 360, "believe it", at="middle", bold=True, size=34, color=POSITIVE)
    sheet.box(440, 10, 716, 400, fill=TINT[USER], edge=USER)
    sheet.text(798, 66, "the log, asked about somebody else's lists", at="middle", bold=True)
    asks = (
        ("1.", "what could it have drawn?", "for nothing else it answers"),
        ("2.", "are its chances true?", "a mean of weights far from 1: no"),
        ("3.", "how many rows are left?", "effective size"),
    )
    for k, (number, ask, why) in enumerate(asks):
        y = 142 + 92 * k
        sheet.text(470, y, number, bold=True, size=30, color=ITEM)
        sheet.text(516, y, ask, bold=True, size=28)
        sheet.text(516, y + 38, why, color=NEGATIVE if k < 2 else QUIET)
    return sheet


DRAWINGS = {
    "four generators": four_generators,
    "hardly drawn": hardly_drawn,
    "IPS by hand": ips_by_hand,
    "DR by hand": dr_by_hand,
    "a deaf ranker": deaf_ranker,
    "believed": believed,
}
