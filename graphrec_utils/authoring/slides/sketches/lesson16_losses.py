"""Drawings for the hour of lesson 16: the encoder, who asks in three losses, and one number of all."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, WIDE, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

LOSSES = (("pairs", USER), ("features", ITEM), ("users", POSITIVE))


def encoder() -> Sheet:
    sheet = Sheet(
        430, "The pin and its neighbors are one row each, content through a dense layer plus a vector of the kind; all rows look at each other, empty ones are masked; the first row goes through a small network and is the vector z of length 1, beside it stands log popularity"
    )  # fmt: skip
    sheet.text(119, 28, "one row each", at="middle", bold=True)
    rows = (("the pin itself", INK), ("a board", USER), ("a board", USER), ("a pin", ITEM), ("empty", CONTEXT))  # fmt: skip
    for k, (name, color) in enumerate(rows):
        y = 46 + 70 * k
        sheet.box(4, y, 230, 54, fill="#fff" if k in (0, 4) else TINT[color], edge=color, dashed=k == 4)  # fmt: skip
        sheet.text(119, y + 36, name, at="middle", bold=not k)
        if k < 4:
            sheet.line(240, y + 27, 350, y + 27, color=color, wide=4, head=True)
        else:
            sheet.text(246, y + 36, "masked", size=24, color=NEGATIVE)
    sheet.box(360, 46, 230, 334, fill=TINT[CONTEXT], edge=INK)
    sheet.text(475, 190, "attention:", at="middle", bold=True)
    sheet.text(475, 226, "every row looks", at="middle")
    sheet.text(475, 260, "at every other", at="middle")
    sheet.line(596, 73, 646, 73, wide=5, color=INK, head=True)
    sheet.text(604, 140, "first row", size=24, color=QUIET)
    sheet.box(656, 40, 150, 66, fill=TINT[CONTEXT], edge=INK)
    sheet.text(731, 81, "network", at="middle", bold=True)
    sheet.line(812, 73, 862, 73, wide=5, color=INK, head=True)
    sheet.box(872, 40, 284, 110, fill="#fff", edge=POSITIVE)
    sheet.text(1014, 80, "z: 32 numbers,", at="middle", bold=True)
    sheet.text(1014, 124, "length 1", at="middle", bold=True)
    sheet.text(1014, 196, "and beside it", at="middle", color=QUIET)
    sheet.box(872, 220, 284, 110, fill=TINT[POSITIVE], edge=POSITIVE)
    sheet.text(1014, 260, "log popularity:", at="middle", bold=True)
    sheet.text(1014, 304, "the offset", at="middle", bold=True)
    sheet.text(4, 422, "a row: its content through a dense layer, plus a vector that says its kind", color=QUIET)  # fmt: skip
    return sheet


def who_asks() -> Sheet:
    sheet = Sheet(
        430, "Pairs: z of a pin seeks the pin engaged right after it. Features: raw features of a neighbor, through a network, seek the pin that hears it. Users: a causal transformer over a history of z seeks the next pin and a later one"
    )  # fmt: skip
    sheet.text(425, 28, "who asks", at="middle", bold=True)
    sheet.text(975, 28, "what is to be found", at="middle", bold=True)
    rows = (
        (("z of a pin",), ("the pin engaged", "right after it")),
        (("raw features of a neighbor,", "through a network"), ("the pin", "that hears it")),
        (("a causal transformer", "over a history of z"), ("the next pin,", "and a later one")),
    )
    codes = ("entity-entity", "entity-feature", "user-entity")
    for k, ((name, color), code, (asks, found)) in enumerate(zip(LOSSES, codes, rows, strict=True)):
        y = 50 + 128 * k
        sheet.text(4, y + 48, name, bold=True, size=30, color=color)
        sheet.text(4, y + 84, code, size=24, color=QUIET)
        for x, wide, said in ((210, 430, asks), (796, 358, found)):
            sheet.box(x, y, wide, 104, fill=TINT[color], edge=color)
            for j, line in enumerate(said):
                sheet.text(x + wide / 2, y + 62 + 36 * j - 18 * (len(said) - 1), line, at="middle")
        sheet.line(646, y + 52, 788, y + 52, color=color, wide=7, head=True)
    return sheet


def nine_of_ten() -> Sheet:
    sheet = Sheet(
        360, "One mean over 256 pairs, 256 questions of features and 4,000 of users is nearly all users; a mean of each and a weight gives each its say"
    )  # fmt: skip
    many, left = (256, 256, 4000), 4.0
    sheet.text(4, 28, "one mean over all: who decides?", bold=True)
    for (name, color), count in zip(LOSSES, many, strict=True):
        wide = (WIDE - 8) * count / sum(many)
        sheet.bar(left, 46, wide - 4, 78, color)
        if count > 1000:
            sheet.text(left + wide / 2, 94, f"{name}: {count:,} questions", at="middle", bold=True, color="#fff")  # fmt: skip
        left += wide
    sheet.text(4, 156, "256 pairs, 256 questions of features", size=24, color=QUIET)
    sheet.text(4, 226, "a mean of its own for each, then your weights", bold=True)
    for k, (name, color) in enumerate(LOSSES):
        x = 4 + 392 * k
        sheet.box(x, 246, 340, 84, fill=TINT[color], edge=color)
        sheet.text(x + 170, 297, f"w · mean({name})", at="middle", bold=True)
        if k < 2:
            sheet.text(x + 366, 300, "+", at="middle", bold=True, size=36)
    return sheet


DRAWINGS = {
    "encoder": encoder,
    "who asks": who_asks,
    "nine of ten": nine_of_ten,
}
