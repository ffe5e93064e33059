"""Drawings for the hour of lesson 16: one vector, two kinds of edges, walks and quotas."""

from __future__ import annotations

from itertools import pairwise

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.authoring.slides.sketches.lesson16_losses import LOSSES
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, USER

VISITS = (6, 9, 20, 30, 9, 0, 5, 7)  # exercise 16.2, by hand
PINS = (0, 2, 7)


def one_vector() -> Sheet:
    sheet = Sheet(
        226, "A pin, raw features and a user each ask one vector of a pin; which part of the model helps whom?"
    )  # fmt: skip
    asks = (
        "a pin asks: what comes next?",
        "features ask: who hears us?",
        "a user asks: what will I like?",
    )
    for k, (said, (_, color)) in enumerate(zip(asks, LOSSES, strict=True)):
        y = 8 + 74 * k
        sheet.box(4, y, 440, 60, fill=TINT[color], edge=color)
        sheet.text(224, y + 39, said, at="middle", bold=True)
        sheet.line(450, y + 30, 690, 82 + 31 * k, color=color, wide=6, head=True)
    sheet.box(700, 52, 440, 122, fill="#fff", edge=INK)
    for j in range(16):
        high = 14 + (17 * j + 5) % 49
        sheet.bar(718 + 26 * j, 122 - high, 20, high, INK)
    sheet.text(920, 160, "one vector of a pin", at="middle", bold=True)
    sheet.text(920, 36, "which part helps whom?", at="middle", bold=True, color=NEGATIVE)
    return sheet


def two_kinds() -> Sheet:
    sheet = Sheet(
        330, "Five pins in a row. Boards above hold four of them; four are tied to the next pin. The first has no edge to a pin, the last is on no board"
    )  # fmt: skip
    pins = [130 + 225 * k for k in range(5)]
    boards = ((242, (0, 1)), (580, (1, 2, 3)), (805, (2, 3)))
    for x, held in boards:
        for k in held:
            sheet.line(x, 70, pins[k], 200, color=USER, wide=4)
    for x, _ in boards:
        sheet.box(x - 70, 14, 140, 62, fill=TINT[USER], edge=USER)
        sheet.text(x, 54, "board", at="middle", bold=True)
    for x, to in pairwise(pins[1:]):
        sheet.line(x + 40, 222, to - 40, 222, color=INK, wide=9)
    for x in pins:
        sheet.box(x - 40, 190, 80, 64, fill=ITEM, edge=ITEM)
        sheet.text(x, 231, "pin", at="middle", bold=True, color="#fff")
    sheet.text(pins[0], 296, "no edge to a pin", at="middle", color=NEGATIVE)
    sheet.text(pins[4], 296, "on no board", at="middle", color=NEGATIVE)
    sheet.text(580, 296, "engaged with right before or after", at="middle")
    sheet.text(1154, 54, "saved to", at="end", color=USER)
    return sheet


def without() -> Sheet:
    sheet = Sheet(
        330, "Of 7,000 pins 1,597 are on no board, and 538 have no edge to a pin; of a pin the median is 2 boards, at most 228, and 11 pins, at most 523"
    )  # fmt: skip
    sheet.text(4, 28, "of 7,000 pins", bold=True)
    sheet.text(340, 28, "with such an edge", color=USER, bold=True)
    sheet.text(WIDE - 4, 28, "without", at="end", color=NEGATIVE, bold=True)
    wide = WIDE - 4 - 180
    rows = (("pin-board", 1597, "edges of a pin: median 2, at most 228"), ("pin-pin", 538, "edges of a pin: median 11, at most 523"))  # fmt: skip
    for k, (name, none, said) in enumerate(rows):
        y = 50 + 142 * k
        part = wide * none / 7000
        sheet.text(164, y + 44, name, at="end", bold=True)
        sheet.bar(180, y, wide - part, 68, USER)
        sheet.box(180 + wide - part, y, part, 68, fill=TINT[NEGATIVE], edge=NEGATIVE, round=0)
        sheet.text(180 + wide - part / 2, y + 44, f"{none:,}", at="middle", bold=True)
        sheet.text(180, y + 104, said, color=QUIET)
    return sheet


def walks() -> Sheet:
    sheet = Sheet(
        420, "From a pin short walks go to a board, one step away, and on to another pin of it, two steps away; the most visited nodes become the neighbors"
    )  # fmt: skip
    boards = [70 + 78 * k for k in range(4)]
    pins = [44 + 52 * k for k in range(7)]
    for k, y in enumerate(boards):
        sheet.line(206, 200, 470, y + 14, color=INK, wide=7)
        for j in (2 * k, 2 * k - 1, 2 * k + 1):
            if 0 <= j < len(pins):
                sheet.line(610, y + 14, 900, pins[j] + 20, color=CONTEXT, wide=2)
    for x, name in ((106, "start"), (540, "one step"), (960, "two steps")):
        sheet.text(x, 26, name, at="middle", color=QUIET)
    sheet.box(6, 160, 200, 80, fill=ITEM, edge=ITEM)
    sheet.text(106, 209, "a busy pin", at="middle", bold=True, color="#fff")
    for y in boards:
        sheet.box(470, y - 14, 140, 56, fill=TINT[USER], edge=USER)
        sheet.text(540, y + 23, "board", at="middle", bold=True)
    for y in pins:
        sheet.box(900, y, 120, 40, fill=TINT[ITEM], edge=ITEM)
        sheet.text(960, y + 29, "pin", at="middle")
    sheet.text(4, 300, "the most visited", bold=True)
    sheet.text(4, 334, "become neighbors")
    return sheet


def fifteen() -> Sheet:
    sheet = Sheet(90, "A busy pin has fifteen places for its neighbors; who fills them?")
    sheet.box(4, 12, 160, 66, fill=ITEM, edge=ITEM)
    sheet.text(84, 54, "a busy pin", at="middle", bold=True, color="#fff")
    for j in range(15):
        sheet.box(184 + 65 * j, 14, 56, 62, fill="#fff", edge=CONTEXT, dashed=True, round=4)
        sheet.text(212 + 65 * j, 55, "?", at="middle", bold=True, size=28, color=QUIET)
    return sheet


def nineteen() -> Sheet:
    sheet = Sheet(
        330, "Of twenty places of busy pins nineteen hold boards and one a pin: 95 % of the places of 234 pins"
    )  # fmt: skip
    for j in range(20):
        pin = j == 19
        x, y = 4 + 75 * (j % 10), 14 + 104 * (j // 10)
        sheet.box(x, y, 65, 84, fill=ITEM if pin else TINT[USER], edge=ITEM if pin else USER, round=4)  # fmt: skip
    sheet.text(772, 66, "boards: one step away", bold=True, color=USER)
    sheet.text(772, 170, "pins: two steps away", bold=True, color=ITEM)
    sheet.text(10, 270, "a box: 5 % of all places (234 busy pins, 15 places each)", color=QUIET)
    sheet.text(10, 314, "95 % of the places hold boards", bold=True, size=34)
    return sheet


def quotas() -> Sheet:
    sheet = Sheet(
        400, "Places of a pin: 5 for pins and 10 for boards of the pin-board graph, 10 for pins of the pin-pin graph; in this example three boards and six pins fill them, the rest is empty"
    )  # fmt: skip
    rows = (
        ("pins on its boards", 5, 5, ITEM),
        ("boards", 10, 3, USER),
        ("pins before or after", 10, 6, ITEM),
    )
    for k, (name, places, filled, color) in enumerate(rows):
        y = 14 + 118 * k
        sheet.text(330, y + 46, name, at="end", bold=True)
        for j in range(places):
            there = j < filled
            sheet.box(350 + 68 * j, y, 58, 72, fill=TINT[color] if there else "#fff", edge=color if there else CONTEXT, dashed=not there, round=4)  # fmt: skip
        sheet.text(364 + 68 * places, y + 46, f"≤ {places}", bold=True, color=QUIET)
    sheet.text(350, 384, "an example: empty places stay empty, nobody else gets them", color=QUIET)
    return sheet


def visits() -> Sheet:
    told = ", ".join(f"{'pin' if k in PINS else 'board'} {k}: {x}" for k, x in enumerate(VISITS))
    sheet = Sheet(240, f"Visits of a walk that started at pin 2. {told}")
    for k, many in enumerate(VISITS):
        x = 96 + 133 * k
        pin = k in PINS
        color = CONTEXT if k == 2 else ITEM if pin else USER
        sheet.text(x + 55, 150 - 3.6 * many, f"{many}", at="middle", bold=True)
        sheet.bar(x + 18, 160 - 3.6 * many, 74, 3.6 * many, color)
        sheet.box(x, 164, 110, 44, fill=TINT[ITEM] if pin else TINT[USER], edge=color)
        sheet.text(x + 55, 195, f"{'pin' if pin else 'board'} {k}", at="middle", bold=k == 2)
    sheet.text(4, 150, "visits")
    sheet.text(417, 236, "start", at="middle", size=24, color=QUIET)
    return sheet


def sequence() -> Sheet:
    sheet = Sheet(
        150, "What pin 2 hears with quotas of 1 pin and 5 boards: 3, 1, 4, 7, 6 and an empty place"
    )
    sheet.text(4, 44, "1 pin,", bold=True)
    sheet.text(4, 78, "5 boards:", bold=True)
    for j, node in enumerate((3, 1, 4, 7, 6, -1)):
        x = 170 + 165 * j
        color = CONTEXT if node < 0 else ITEM if node in PINS else USER
        sheet.box(x, 10, 140, 74, fill="#fff" if node < 0 else TINT[color], edge=color, dashed=node < 0)  # fmt: skip
        sheet.text(x + 70, 58, f"{node}" if node >= 0 else "−1", at="middle", bold=True, size=32)
        said = ("", "equal visits:", "smaller first", "the only pin", "", "empty")[j]
        sheet.text(x + 70, 126, said, at="middle", size=24, color=QUIET)
    return sheet


DRAWINGS = {
    "opening 16": one_vector,
    "two kinds of edges": two_kinds,
    "pins without": without,
    "walks from a pin": walks,
    "fifteen places": fifteen,
    "nineteen of twenty": nineteen,
    "quotas": quotas,
    "visits by hand": visits,
    "sequence by hand": sequence,
}
