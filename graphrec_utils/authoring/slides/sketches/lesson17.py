"""Drawings for the hour of lesson 17: the funnel, the days, groups of columns, four rankers, the loop."""

from __future__ import annotations

from itertools import pairwise

from graphrec_utils import results
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
        446, "Of the ten shown, liked if looked at: " + "; ".join(f"{n} {x}" for n, x, _ in rows)
    )
    for k, (name, liked, color) in enumerate(rows):
        y = 10 + 56 * k
        sheet.text(300, y + 31, name, at="end", bold=color == ITEM)
        sheet.bar(315, y, 720 * liked, 42, color)
        sheet.text(325 + 720 * liked, y + 31, f"{liked:.3f}")
    chance = 315 + 720 * 0.525
    sheet.line(chance, 0, chance, 404, dashed=True, color=INK)
    sheet.text(chance, 434, "ten drawn by chance", at="middle", size=24)
    for y in (143, 311):  # the verdict: clicks / e beside clicks
        sheet.line(890, y, 930, y, color=POSITIVE, wide=4)
    sheet.line(930, 143, 930, 311, color=POSITIVE, wide=5)
    sheet.text(950, 206, "+0.057, from\n+0.055\nto +0.059", color=POSITIVE, bold=True)
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
    panels = ((16, "different pins shown", 0, 6000, "pins shown"), (620, "share of the most shown tenth", 0.2, 0.34, "top tenth of creators"))  # fmt: skip
    measured = rounds()
    for left, title, low, high, what in panels:
        sheet.text(left, 28, title, bold=True)
        sheet.line(left, 392, left + 340, 392)
        for k in range(6):
            sheet.text(left + 10 + 62 * k, 426, str(k), at="middle", size=24, color=QUIET)
        for name, _, color in RANKERS:
            row = measured[name][what]
            points = [(left + 10 + 62 * k, 392 - 340 * (x - low) / (high - low)) for k, x in enumerate(row)]  # fmt: skip
            for (x, y), (to, down) in pairwise(points):
                sheet.line(x, y, to, down, color=color, wide=5)
            for x, y in points:
                sheet.dot(x, y, 7, color)
            end = points[-1][1] + 8
            if low:
                end += {"once": -8, "clicks": 18, "clicks / e": -10, "explores": 18}[name]
            said = f"{row[-1]:,.0f}" if not low else f"{row[-1]:.2f}"
            sheet.text(left + 338, end, f"{name} {said}", color=color, bold=True, size=24)
    sheet.text(left + 356, 426, "round", size=24, color=QUIET)
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
    "rounds": loop_shown,
    "a tenth of the creators": creators,
}
