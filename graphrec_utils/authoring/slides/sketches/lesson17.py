"""Drawings for the hour of lesson 17: the funnel, the days, groups of columns, four rankers, the loop."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def funnel() -> Sheet:
    sheet = Sheet(
        400,
        "Generators find a few hundred of millions of items, a ranker puts ten of them in order",
    )
    steps = ((4, 330, "millions", CONTEXT), (450, 160, "a few hundred", USER), (900, 64, "ten, in order", ITEM))  # fmt: skip
    for x, high, name, color in steps:
        sheet.box(x, 170 - high / 2, 250, high, fill=TINT[color], edge=color)
        sheet.text(x + 125, 179, name, at="middle", bold=True)
    for x, name in ((262, "generators"), (708, "a ranker")):
        sheet.line(x, 170, x + 180, 170, head=True, wide=6, color=INK)
        sheet.text(x + 88, 148, name, at="middle", bold=True)
    sheet.text(575, 376, "what no generator found, no ranker brings back", at="middle", bold=True)
    return sheet


def days(parts: tuple[tuple[int, str, str, str], ...], said: str) -> Sheet:
    """Return a line of days in parts: (days, what they do, from where to where, color)."""
    told = ", ".join(f"{name} {dates}" for _, name, dates, _ in parts)
    sheet = Sheet(340, f"A line of 56 days, one part after the other: {told}")
    x = 4.0
    for number, name, dates, color in parts:
        wide = 1148 * number / 56
        sheet.box(x, 80, wide - 6, 150, fill=TINT[color], edge=color, round=3)
        sheet.text(x + wide / 2 - 3, 164, name, at="middle", bold=True, size=28 if wide > 300 else 26)  # fmt: skip
        sheet.text(x + wide / 2 - 3, 270, dates, at="middle", color=QUIET)
        x += wide
    sheet.line(4, 308, 1154, 308, head=True, wide=5)
    sheet.text(4, 44, said, size=28)
    return sheet


def dates() -> Sheet:
    return days(
        ((28, "features are counted", "days 0 to 27", CONTEXT), (14, "labels to train on", "28 to 41", USER),
         (7, "choose", "42 to 48", POSITIVE), (7, "test", "49 to 55", ITEM)),
        "a feature never sees a label: its days are over before",
    )  # fmt: skip


def groups() -> Sheet:
    sheet = Sheet(
        430,
        "RCE and AUC inside one user's list of five sets of columns: the pair is worth most in both",
    )
    rows = (("user", 0.1, 0.5), ("pin", 7.9, 0.625), ("user + pin", 8.0, 0.627), ("pair", 9.5, 0.683), ("all three", 10.5, 0.69))  # fmt: skip
    sheet.text(200, 28, "RCE: the number", bold=True)
    sheet.text(700, 28, "AUC inside a user: the order", bold=True)
    for k, (name, rce, auc) in enumerate(rows):
        y = 52 + 68 * k
        color = ITEM if name in ("pair", "all three") else USER
        sheet.text(180, y + 34, name, at="end", bold=color == ITEM)
        sheet.bar(200, y, 36 * rce, 50, color)
        sheet.text(212 + 36 * rce, y + 34, f"{rce:.1f}")
        sheet.bar(700, y, 1750 * (auc - 0.5), 50, color)
        sheet.text(712 + 1750 * (auc - 0.5), y + 34, f"{auc:.3f}")
    sheet.line(700, 44, 700, 390)
    sheet.text(700, 420, "0.5, a coin", at="middle", size=24, color=QUIET)
    return sheet


def learns_from() -> Sheet:
    sheet = Sheet(
        430, "One log, nine lists of ten in the old order and one shuffled; four rankers learn from it in four ways"
    )  # fmt: skip
    sheet.text(125, 28, "the log", at="middle", bold=True)
    for k in range(10):
        color = ITEM if k == 9 else CONTEXT
        sheet.box(20, 46 + 37 * k, 210, 30, fill=TINT[color], edge=color, round=3)
    sheet.text(125, 402, "shuffled", at="middle", size=24)
    ways = (
        ("clicks", "clicks as they are"),
        ("position", "the place is a column; asked as if on top"),
        ("clicks / e", "a click at place 4 counts four"),
        ("shuffled only", "true, but a tenth of the log"),
    )
    for k, (name, way) in enumerate(ways):
        y = 70 + 100 * k
        last = k == 3
        sheet.line(235, 394 if last else 215, 325, y + 20 * last, head=True, wide=4, color=ITEM if last else CONTEXT)  # fmt: skip
        sheet.box(335, y - 36, 215, 72, fill=TINT[USER], edge=USER)
        sheet.text(442, y + 9, name, at="middle", bold=True)
        sheet.text(575, y + 9, way, size=24 if k == 1 else 26)
    return sheet


def who_shows() -> Sheet:
    rows = (
        ("the best ten of forty", 0.894, CONTEXT), ("told the likes", 0.685, CONTEXT), ("clicks / e", 0.673, ITEM),
        ("position as a feature", 0.668, USER), ("shuffled lists only", 0.645, USER), ("clicks as they are", 0.616, USER),
        ("the old ranker", 0.518, CONTEXT),
    )  # fmt: skip
    sheet = Sheet(
        448, "Of the ten shown, liked if looked at: " + "; ".join(f"{n} {x}" for n, x, _ in rows)
    )
    sheet.text(315, 26, "share liked, of ten shown", bold=True)
    for k, (name, liked, color) in enumerate(rows):
        y = 40 + 53 * k
        sheet.text(300, y + 31, name, at="end", bold=color == ITEM)
        sheet.bar(315, y, 720 * liked, 42, color)
        sheet.text(325 + 720 * liked, y + 31, f"{liked:.3f}")
    chance = 315 + 720 * 0.525
    sheet.line(chance, 36, chance, 412, dashed=True, color=INK)
    sheet.text(chance, 440, "ten drawn by chance", at="middle", size=24)
    for y in (167, 326):  # the verdict: clicks / e beside clicks
        sheet.line(890, y, 930, y, color=POSITIVE, wide=4)
    sheet.line(930, 167, 930, 326, color=POSITIVE, wide=5)
    sheet.text(950, 226, "+0.057, from\n+0.055\nto +0.059", color=POSITIVE, bold=True)
    return sheet


def round_and_round() -> Sheet:
    sheet = Sheet(
        420, "A ranker shows lists, people click, the log keeps it, the ranker learns: four rankers do it four ways"
    )  # fmt: skip
    places = ((30, 40, "ranker"), (330, 40, "its lists"), (330, 290, "clicks"), (30, 290, "its log"))  # fmt: skip
    for x, y, name in places:
        sheet.box(x, y, 180, 84, fill=TINT[CONTEXT], edge=CONTEXT)
        sheet.text(x + 90, y + 52, name, at="middle", bold=True)
    for x, y, to, down in ((212, 82, 324, 82), (420, 126, 420, 284), (328, 332, 216, 332), (120, 288, 120, 130)):  # fmt: skip
        sheet.line(x, y, to, down, head=True, wide=6, color=INK)
    sheet.text(270, 216, "five rounds", at="middle", bold=True, size=30)
    ways = (
        ("clicks", "retrained on clicks as they are", ITEM),
        ("once", "never trained again", USER),
        ("clicks / e", "each divided by looks", POSITIVE),
        ("explores", "as clicks / e; a tenth of its\nlists by chance, of all forty", NEGATIVE),
    )
    for k, (name, way, color) in enumerate(ways):
        y = 60 + 96 * k
        sheet.dot(570, y - 9, 13, color)
        sheet.text(595, y, name, bold=True)
        sheet.text(775, y, way, size=24)
    return sheet


def fresher() -> Sheet:
    sheet = Sheet(
        104, "Now the vectors learn from days 0 to 27, before the labels of days 28 to 41; fresher ones would learn until day 41 as well"
    )  # fmt: skip
    for k, (name, until) in enumerate((("so far", 28), ("fresher?", 42))):
        y = 2 + 52 * k
        sheet.text(140, y + 32, name, at="end", bold=True)
        sheet.bar(160, y, 14 * until, 44, TINT[USER])
        sheet.text(176, y + 31, f"vectors: days 0 to {until - 1}")
        sheet.box(
            160 + 14 * 28, y + 1, 14 * 14, 42, fill="none" if k else "#fff", edge=ITEM, round=0
        )
    sheet.text(765, 60, "orange: labels, days 28 to 41", color=ITEM, bold=True, size=24)
    return sheet


def ten_of_forty() -> Sheet:
    sheet = Sheet(
        440, "Of forty pins that were found ten are shown, looked at and learned from; thirty are not shown, and there is no label of them"
    )  # fmt: skip
    sheet.text(4, 30, "forty found", bold=True)
    sheet.text(520, 30, "ten shown", bold=True)
    sheet.text(860, 30, "learned from", bold=True)
    for k in range(40):
        x, y = 4 + 50 * (k % 8), 56 + 72 * (k // 8)
        chosen = k in (1, 4, 10, 13, 16, 19, 23, 26, 30, 37)
        sheet.box(x, y, 40, 56, fill=TINT[ITEM] if chosen else "#fff", edge=ITEM if chosen else CONTEXT, dashed=not chosen, round=4)  # fmt: skip
    for k in range(10):
        sheet.box(
            520 + 50 * (k % 5), 56 + 72 * (k // 5), 40, 56, fill=TINT[ITEM], edge=ITEM, round=4
        )
    sheet.line(420, 120, 504, 120, head=True, wide=5, color=INK)
    sheet.line(776, 120, 844, 120, head=True, wide=5, color=INK)
    sheet.box(860, 60, 290, 120, fill=TINT[POSITIVE], edge=POSITIVE)
    sheet.text(1005, 112, "click or no click:", at="middle")
    sheet.text(1005, 150, "a label for each", at="middle", bold=True)
    sheet.line(420, 326, 844, 326, head=True, wide=5, color=CONTEXT)
    sheet.text(620, 304, "thirty not shown", at="middle", bold=True, color=QUIET)
    sheet.box(860, 266, 290, 120, fill="#fff", edge=NEGATIVE, dashed=True)
    sheet.text(1005, 318, "no label,", at="middle", bold=True, color=NEGATIVE)
    sheet.text(1005, 356, "liked or not", at="middle", color=NEGATIVE)
    return sheet


def only_what_is_shown() -> Sheet:
    sheet = Sheet(
        200, "A circle of ranker, its lists, clicks and the ranker again; beside it, with a question mark, what it never shows"
    )  # fmt: skip
    for x, name, color in ((4, "ranker", USER), (290, "its lists", ITEM), (576, "clicks", POSITIVE)):  # fmt: skip
        sheet.box(x, 20, 190, 84, fill=TINT[color], edge=color)
        sheet.text(x + 95, 71, name, at="middle", bold=True)
    for x in (198, 484):
        sheet.line(x, 62, x + 86, 62, head=True, wide=5, color=INK)
    sheet.line(671, 108, 671, 160, wide=5, color=INK)
    sheet.line(671, 160, 99, 160, wide=5, color=INK)
    sheet.line(99, 160, 99, 112, head=True, wide=5, color=INK)
    sheet.text(385, 192, "learns from them", at="middle", size=24, color=QUIET)
    sheet.box(860, 20, 290, 140, fill="#fff", edge=CONTEXT, dashed=True)
    sheet.text(1005, 78, "never shown", at="middle", bold=True)
    sheet.text(1005, 130, "?", at="middle", bold=True, size=40, color=ITEM)
    return sheet


DRAWINGS = {
    "opening 17": only_what_is_shown,
    "funnel": funnel,
    "dates of features": dates,
    "groups of columns": groups,
    "four rankers": learns_from,
    "who shows what is liked": who_shows,
    "fresher vectors": fresher,
    "ten of forty": ten_of_forty,
    "the loop": round_and_round,
}
