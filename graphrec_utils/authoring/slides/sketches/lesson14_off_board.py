"""Drawings for the hour of lesson 14: what is left for a pin on no board, and who finds the next one."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

PINS, OFF_BOARD, ELSEWHERE = 7000, 1597, 1048  # as the lesson prints them
LONG = 1150 / OFF_BOARD  # pixels for a pin


def off_board() -> Sheet:
    sheet = Sheet(
        110, f"A bar, the {OFF_BOARD:,} of {PINS:,} pins that are on no board; where is it cut?"
    )
    sheet.text(0, 28, f"{OFF_BOARD:,} of {PINS:,} pins are on no board:", bold=True)
    sheet.bar(2, 46, LONG * OFF_BOARD, 60, ITEM)
    sheet.text(577, 87, "known to another graph?", at="middle", bold=True, color="#fff")
    return sheet


def known_elsewhere() -> Sheet:
    share = ELSEWHERE / OFF_BOARD
    sheet = Sheet(
        110,
        f"The same bar, cut: {ELSEWHERE:,} of the {OFF_BOARD:,} pins are known to another graph, a share of {share:.2f}, {OFF_BOARD - ELSEWHERE} to none",
    )
    cut = 2 + LONG * ELSEWHERE
    sheet.bar(2, 4, cut - 2, 60, USER)
    sheet.text(cut / 2, 45, f"{share:.2f}", at="middle", bold=True, color="#fff", size=30)
    sheet.bar(cut + 4, 4, LONG * (OFF_BOARD - ELSEWHERE) - 4, 60, CONTEXT)
    sheet.text(2, 98, f"known to another graph: {ELSEWHERE:,}", bold=True)
    sheet.text(cut + 4, 98, f"to none: {OFF_BOARD - ELSEWHERE}")
    return sheet


LEFT = (  # for a pin on no board: boards are lost (-1), then content, pairs, people and searches, neighbors: 1 is left
    ("PinSage; boards, mean", "hear the boards", (-1, 1, 0, 0, 0)),
    ("RP3β; iALS", "go by pairs of pins", (0, 0, 1, 0, 0)),
    ("iALS, six graphs", "factors all six graphs", (-1, 0, 1, 1, 0)),
    ("six graphs, mean", "hears all six graphs", (-1, 1, 0, 0, 1)),
)


def who_goes_by_what() -> Sheet:
    told = "; ".join(f"{name}: {does}" for name, does, _ in LEFT)
    sheet = Sheet(448, f"A pin is on no board; what is left for each model? {told}", 345)
    sheet.text(0, 26, "A pin is on no board.\nWhat is left for it?", size=24, bold=True)
    for k, (name, does, _) in enumerate(LEFT):
        y = 124 + 88 * k
        sheet.line(0, y - 44, 345, y - 44, color="#dfe2e6", wide=2)
        sheet.text(0, y - 6, name, bold=True)
        sheet.text(0, y + 28, does, size=24, color=QUIET)
    return sheet


def what_is_left() -> Sheet:
    sheet = Sheet(
        448,
        "For a pin on no board the boards are lost to all but RP3β and iALS. Left is its content for PinSage and a mean of the boards; what is engaged with right after it for RP3β and iALS; that and a vector for each of its people and searches for iALS with six graphs; content and the pins that its people reach for a mean of six graphs",
        775,
    )
    columns = (
        ("its\nboards", 50),
        ("its\ncontent", 170),
        ("pins engaged\nwith after it", 330),
        ("vectors of\nits people", 510),
        ("pins that its\npeople reach", 680),
    )
    for name, x in columns:
        sheet.text(x, 26, name, at="middle", size=24)
    for k, (_, _, has) in enumerate(LEFT):
        y = 124 + 88 * k
        sheet.line(0, y - 44, 775, y - 44, color="#dfe2e6", wide=2)
        for there, (_, x) in zip(has, columns, strict=True):
            begin = len(sheet.inside)
            if there > 0:
                sheet.dot(x, y, 24, POSITIVE)
                sheet.text(x, y + 10, "✓", at="middle", bold=True, size=30, color="#fff")
            elif there:
                sheet.text(x, y + 9, "lost", at="middle", bold=True, color=NEGATIVE)
            sheet.waits(begin)
    sheet.text(0, 444, "empty: not used by this model", size=24, color=QUIET)
    sheet.text(775, 444, "people: searches as well", at="end", size=24, color=QUIET)
    return sheet


ASKED = (
    ("six graphs, mean", "all graphs, mean"),
    ("iALS, six graphs", "iALS, all graphs, d = 24"),
    ("RP3β", "RP3β"),
    ("iALS", "iALS, d = 16"),
    ("boards, mean", "one graph, mean"),
    ("PinSage", "PinSage"),
)


def _hue(key: str) -> str:
    """Return the color of a network with six graphs, of one with boards, or of what is no network."""
    boards = key in ("one graph, mean", "PinSage")
    return ITEM if boards else USER if key == ASKED[0][1] else CONTEXT


def asked_by_all() -> Sheet:
    stored = results.load("14_sizes").values["PinWorld"]
    found = {row["model"]: row["recall"]["all"] for row in stored["models"]}
    sheet, told = Sheet(450, "", 420), []
    sheet.text(0, 30, "all pins: recall@10", bold=True)
    behind = all(stored["leads"][f"all graphs, mean over {key}, all"]["low"] > 0 for _, key in ASKED[1:])  # fmt: skip
    sheet.text(0, 59, "every rival behind the first row" * behind, size=24, color=QUIET)
    for k, (model, key) in enumerate(ASKED):
        y = 96 + 49 * k
        color = QUIET if _hue(key) == CONTEXT else _hue(key)
        sheet.text(0, y + 9, model, bold=True, color=color)
        sheet.text(300, y + 9, f"{found[key]:.3f}", bold=not k)
        told.append(f"{model} {found[key]:.3f}")
    hues = (("blue: network, six graphs", USER), ("orange: network, boards alone", ITEM), ("gray: no network", QUIET))  # fmt: skip
    for k, (said, color) in enumerate(hues):
        sheet.text(0, 390 + 29 * k, said, size=24, color=color)
    sheet.alt = f"Recall at 10 of the test week, all pins: {'; '.join(told)}; every rival behind the first row"
    return sheet


def asked_off_board() -> Sheet:
    """Draw recall@10 of pins on no board, with each model's distance to the mean of six graphs."""
    part, wide, left, least, times = "asked off board", 700, 10, 0.18, 3600
    stored, told = results.load("14_sizes").values["PinWorld"], []
    found = {row["model"]: row["recall"][part] for row in stored["models"]}
    best = found[ASKED[0][1]]
    sheet, name = Sheet(450, "", wide), "on no board, in another graph"
    sheet.box(left + 4, 10, 20, 20, fill=INK, edge=INK, round=0)
    sheet.text(left + 34, 30, name, bold=True)
    middle = left + times * (best - least)
    sheet.line(middle, 74, middle, 368, color=CONTEXT, dashed=True)
    sheet.text(middle - 10, 66, "← first row ahead", at="end", size=24, color=QUIET)
    sheet.text(middle + 10, 66, "rival ahead →", size=24, color=QUIET)
    for tick in (0.2, 0.24, 0.28):
        x = left + times * (tick - least)
        sheet.text(x, 396, f"{tick:.2f}", at="middle", size=24, color=QUIET)
    sheet.text(
        0, 448, "a bar: gap to the first row, 95 %; across: cannot tell", size=24, color=QUIET
    )
    for k, (model, key) in enumerate(ASKED):
        y, value, color, said = 96 + 49 * k, found[key], _hue(key), ""
        x = left + times * (value - least)
        if k:
            lead = stored["leads"][f"all graphs, mean over {key}, {part}"]
            low, high = (left + times * (best - lead[end] - least) for end in ("high", "low"))
            sheet.line(low, y, high, y, color=color, wide=6)
            said = "cannot tell" if lead["low"] <= 0 <= lead["high"] else "behind"
        sheet.box(x - 10, y - 10, 20, 20, fill=color, edge=color, round=0)
        sheet.text(480, y + 9, f"{value:.3f}", size=24, bold=color == ITEM, color=color if color == ITEM else INK)  # fmt: skip
        sheet.text(562, y + 9, said, size=24, color=QUIET)
        told.append(f"{model} {value:.3f}{', ' * bool(said)}{said}")
    sheet.alt = f"Recall at 10 of the test week, {name}: {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "off board": off_board,
    "known elsewhere": known_elsewhere,
    "who goes by what": who_goes_by_what,
    "what is left": what_is_left,
    "asked by all": asked_by_all,
    "asked off board": asked_off_board,
}
