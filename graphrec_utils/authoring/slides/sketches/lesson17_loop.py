"""Drawings for the hour of lesson 17: pairs in order, what is left out, the loop round by round, what a ranker learns."""

from __future__ import annotations

from itertools import pairwise
from math import log

from graphrec_utils import results
from graphrec_utils.authoring.slides import charts
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def in_order() -> Sheet:
    sheet = Sheet(
        150, "An example of three pairs of a liked row and another: in two of them the liked one scores higher; AUC is the share of such pairs"
    )  # fmt: skip
    for k, (liked, other) in enumerate(((0.8, 0.3), (0.6, 0.5), (0.4, 0.7))):
        x, right = 4 + 232 * k, liked > other
        sheet.box(x, 8, 212, 128, edge=POSITIVE if right else NEGATIVE)
        for j, (value, color) in enumerate(((liked, POSITIVE), (other, CONTEXT))):
            sheet.bar(x + 24 + 60 * j, 104 - 90 * value, 46, 90 * value, color)
        sheet.text(x + 24, 130, "liked, other", size=24, color=QUIET)
        sheet.text(x + 182, 70, "✓" if right else "✗", at="middle", bold=True, size=34, color=POSITIVE if right else NEGATIVE)  # fmt: skip
    sheet.text(714, 54, "AUC: how often a liked", bold=True)
    sheet.text(714, 88, "row scores higher than")
    sheet.text(714, 122, "another; by chance 0.5")
    return sheet


def one_half() -> Sheet:
    constant, half = (-0.1 * log(p) - 0.9 * log(1 - p) for p in (0.1, 0.5))
    return charts.bars(
        f"log loss of a row: the constant, 0.1 each time = {constant:.3f}; the model, 0.5 each time = {half:.3f}"
    )


def without_the_pair() -> Sheet:
    sheet = Sheet(
        130, "The network gets columns of the user and of the pin, and none of the pair; how much RCE is left?"
    )  # fmt: skip
    for k, (name, color) in enumerate((("of the user", USER), ("of the pin", USER), ("of the pair", NEGATIVE))):  # fmt: skip
        sheet.box(4 + 250 * k, 24, 220, 82, fill="#fff" if k == 2 else TINT[color], edge=color, dashed=k == 2)  # fmt: skip
        sheet.text(114 + 250 * k, 74, name, at="middle", bold=True, color=color)
    sheet.text(740, 76, "left out", bold=True, color=NEGATIVE)
    sheet.line(860, 65, 934, 65, head=True, wide=5, color=INK)
    sheet.text(950, 76, "RCE ?", bold=True, size=34, color=ITEM)
    return sheet


def one_click_for_four() -> Sheet:
    sheet = Sheet(
        180, "At place 4 four people like the pin, one of them looks and clicks: the click stands for four likes"
    )  # fmt: skip
    sheet.text(4, 66, "at place 4, e = 1/4:", bold=True)
    for k in range(4):
        looks = k == 0
        sheet.box(330 + 130 * k, 14, 112, 92, fill=ITEM if looks else "#fff", edge=ITEM if looks else CONTEXT, dashed=not looks)  # fmt: skip
        sheet.text(386 + 130 * k, 69, "likes", at="middle", bold=looks, color="#fff" if looks else QUIET)  # fmt: skip
    sheet.text(386, 144, "looks, clicks", at="middle", color=ITEM, bold=True)
    sheet.text(646, 144, "do not look", at="middle", color=QUIET)
    sheet.line(864, 60, 934, 60, head=True, wide=5, color=INK)
    sheet.text(950, 70, "1 click: 4", bold=True, size=32, color=ITEM)
    return sheet


def before_the_rounds() -> Sheet:
    share = rounds()["once"]["top tenth of creators"][0]
    sheet = Sheet(132, f"The most shown tenth of creators has {share:.2f} of the showings before the rounds, and after five rounds a question mark")  # fmt: skip
    sheet.text(4, 26, "showings of the most shown tenth of creators", bold=True)
    sheet.bar(180, 42, 1600 * share, 38, CONTEXT)
    sheet.text(166, 70, "before", at="end")
    sheet.text(194 + 1600 * share, 70, f"{share:.2f}")
    sheet.box(181, 91, 1600 * share, 36, fill="#fff", edge=ITEM, dashed=True, round=2)
    sheet.text(166, 118, "after five", at="end", color=ITEM)
    sheet.text(194 + 1600 * share, 119, "?", bold=True, color=ITEM, size=30)
    return sheet


def four_ways() -> Sheet:
    sheet = Sheet(
        112, "Four rankers learn from one log: clicks as they are, the position as a feature, clicks divided by examination, shuffled lists only"
    )  # fmt: skip
    ways = (("clicks", "as they are"), ("position", "is a column"), ("clicks / e", "e: examination"), ("shuffled only", "a tenth of the log"))  # fmt: skip
    for k, (name, way) in enumerate(ways):
        sheet.box(4 + 292 * k, 6, 272, 98, fill=TINT[USER], edge=USER)
        sheet.text(140 + 292 * k, 46, name, at="middle", bold=True)
        sheet.text(140 + 292 * k, 84, way, at="middle")
    return sheet


RANKERS = (("once", "once", USER), ("clicks", "clicks", ITEM), ("clicks / e", "examined", POSITIVE), ("explores", "examined, explores", NEGATIVE))  # fmt: skip


def rounds() -> dict[str, dict[str, list[float]]]:
    """Return {ranker: {what: its mean over the runs, round by round}}."""
    stored = results.load("17_loop").values
    return {
        name: {
            what: [
                sum(r[what] for r in same) / len(same) for same in zip(*stored[key], strict=True)
            ]
            for what in ("pins shown", "top tenth of creators")
        }
        for name, key, _ in RANKERS
    }


def loop_shown() -> Sheet:
    sheet = Sheet(
        448, "Round by round: pins shown fall to 1,370 with the loop, 2,341 without; the creators' tenth keeps 0.32"
    )  # fmt: skip
    panels = (
        (84, "different pins shown", (0, 2000, 4000, 6000), 6000, "pins shown"),
        (664, "share of the most shown tenth", (0, 0.1, 0.2, 0.3), 0.36, "top tenth of creators"),
    )
    measured = rounds()
    for left, title, ticks, high, what in panels:
        share = high < 1
        sheet.text(left, 28, title, bold=True)
        sheet.line(left, 392, left + 278, 392)
        sheet.line(left, 52, left, 392)
        for tick in ticks:
            y = 392 - 340 * tick / high
            sheet.line(left - 8, y, left, y)
            sheet.text(left - 14, y + 9, f"{tick:,}", at="end", size=24, color=QUIET)
        for k in range(6):
            sheet.text(left + 10 + 52 * k, 426, str(k), at="middle", size=24, color=QUIET)
        for name, _, color in RANKERS:
            row = measured[name][what]
            points = [(left + 10 + 52 * k, 392 - 340 * x / high) for k, x in enumerate(row)]  # fmt: skip
            for (x, y), (to, down) in pairwise(points):
                sheet.line(x, y, to, down, color=color, wide=5)
            for x, y in points:
                sheet.dot(x, y, 7, color)
            end = points[-1][1] + 8
            if share:
                end += {"once": -14, "clicks": 16, "clicks / e": -12, "explores": 18}[name]
            said = f"{row[-1]:.2f}" if share else f"{row[-1]:,.0f}"
            sheet.text(left + 284, end, f"{name} {said}", color=color, bold=True, size=24)
    sheet.text(left + 300, 426, "round", size=24, color=QUIET)
    return sheet


def creators() -> Sheet:
    sheet = Sheet(
        330, "The lead of retraining in the share of a tenth of the creators, -0.005, from -0.016 to +0.006; claimed was +0.010"
    )  # fmt: skip

    def at(x: float) -> float:
        return 540 + 30000 * x

    sheet.box(at(0.01), 60, 1154 - at(0.01), 170, fill=TINT[POSITIVE], edge=TINT[POSITIVE], round=0)
    sheet.line(at(0), 60, at(0), 230)
    sheet.text(at(0), 268, "no difference", at="middle")
    sheet.line(at(0.01), 60, at(0.01), 230, color=POSITIVE, wide=5, dashed=True)
    sheet.text(1154, 310, "claimed: at least that", color=POSITIVE, bold=True, at="end")  # fmt: skip
    sheet.text(at(0.01), 268, "+0.010", color=POSITIVE, bold=True, at="middle")
    sheet.line(at(-0.016), 150, at(0.006), 150, color=INK, wide=12)
    sheet.dot(at(-0.005), 150, 17, INK)
    for x, said in ((-0.016, "−0.016"), (-0.005, "−0.005"), (0.006, "+0.006")):
        sheet.text(at(x), 112, said, at="middle", bold=x == -0.005, size=30)
    sheet.text(4, 34, "clicks minus once: share of showings of the most shown tenth of creators")
    return sheet


def what_it_learns() -> Sheet:
    sheet = Sheet(
        430, "It learns who likes what, and even what people would have liked further down; it never finds out whether the pins not shown were liked, nor which pins it lost: retrained on its clicks it showed 1,370 pins and not 2,341"
    )  # fmt: skip
    halves = (
        (4, "learned", POSITIVE, (("who likes what, and how likely", "RCE 10.5 with the pair, 8.0 without"), ("what is liked further down", "if a few lists are shuffled: 67 of 100, not 62"))),
        (592, "never found out", NEGATIVE, (("whether the thirty not shown", "of forty were liked"), ("which pins it lost", "trained on clicks: 1,370 shown, not 2,341"))),
    )  # fmt: skip
    for x, head, color, rows in halves:
        sheet.box(x, 8, 564, 410, fill=TINT[color], edge=color)
        sheet.text(x + 282, 64, head, at="middle", bold=True, size=34, color=color)
        for k, (what, why) in enumerate(rows):
            y = 156 + 132 * k
            sheet.text(x + 24, y, what, bold=True, size=28)
            sheet.text(x + 24, y + 44, why, size=24)
    return sheet


DRAWINGS = {
    "pairs in order": in_order,
    "without the pair": without_the_pair,
    "one click for four": one_click_for_four,
    "one half": one_half,
    "four ways": four_ways,
    "before the rounds": before_the_rounds,
    "rounds": loop_shown,
    "a tenth of the creators": creators,
    "what it learns": what_it_learns,
}
