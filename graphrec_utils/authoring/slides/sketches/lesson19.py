"""Drawings for the hour of lesson 19: a point in codes, chances that multiply, a beam by hand, who reads what, new pins."""

from __future__ import annotations

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

POINTS = ((-0.1, -0.5), (0.9, 0.6), (-0.4, 1), (2.75, 0.5), (3.4, 0.1), (0.9, 2.5), (1.9, 3.6), (0.3, 4))  # fmt: skip


def point() -> Sheet:
    sheet = Sheet(
        440, "Point e at (4, 1.7), said in three steps: its center, 0.6 to the right, 0.8 upwards; 4.35, 1.22, 0.81, 0.41 are left"
    )  # fmt: skip

    def at(x: float, y: float) -> tuple[float, float]:
        return 70 + 92 * x, 378 - 84 * y

    for spot in POINTS:
        sheet.dot(*at(*spot), 8, TINT[CONTEXT], CONTEXT)
    for k, spot in enumerate(((0, 0), (3, 1), (1, 3))):
        x, y = at(*spot)
        color = ITEM if k == 1 else INK
        sheet.line(x - 12, y, x + 12, y, color=color, wide=5)
        sheet.line(x, y - 12, x, y + 12, color=color, wide=5)
        sheet.text(x - 20, y - 14, ("word 0", "word 1", "word 2")[k], at="end" if k == 1 else "middle", size=24, color=color, bold=k == 1)  # fmt: skip
    sheet.line(*at(3, 1), *at(3.6, 1), color=ITEM, wide=5, head=True)
    sheet.line(*at(3.6, 1), *at(3.6, 1.8), color=ITEM, wide=5, head=True)
    sheet.line(*at(3.6, 1.8), *at(4, 1.7), color=INK, wide=3, dashed=True)
    sheet.text(at(3.4, 0)[0], at(0, 0.62)[1], "book 2: 0", color=ITEM, size=24)
    sheet.text(at(3.72, 0)[0], at(0, 1.2)[1], "book 3: 0", color=ITEM, size=24)
    x, y = at(4, 1.7)
    sheet.dot(x, y, 12, USER)
    sheet.text(x + 20, y + 9, "e", bold=True, size=30)
    sheet.text(250, 30, "a point: an item's vector", size=24, color=QUIET)
    sheet.text(650, 30, "left to be said of e", bold=True)
    rows = (("at first", 4.35), ("after 1", 1.22), ("after 1·0", 0.81), ("after 1·0·0", 0.41))
    for k, (name, value) in enumerate(rows):
        y = 52 + 98 * k
        sheet.text(790, y + 48, name, at="end")
        sheet.bar(805, y + 10, 64 * value, 58, USER if not k else ITEM)
        sheet.text(817 + 64 * value, y + 48, f"{value}", bold=True)
    return sheet


def books() -> Sheet:
    sheet = Sheet(
        446, "Three books of 64 words, one word of each is chosen: 64 times 64 times 64 spellings from 192 vectors"
    )  # fmt: skip
    for k, word in enumerate((5, 23, 42)):
        x = 20 + 400 * k
        sheet.text(x + 140, 28, f"book {k + 1}: 64 words", at="middle", bold=True)
        for j in range(64):
            chosen = j == word
            sheet.box(x + 35 * (j % 8), 46 + 35 * (j // 8), 30, 30, fill=ITEM if chosen else TINT[USER], edge=ITEM if chosen else USER, round=2)  # fmt: skip
        if k < 2:
            sheet.text(x + 336, 200, "×", at="middle", bold=True, size=48)
    sheet.text(580, 376, "64 · 64 · 64 = 262,144 spellings", at="middle", bold=True, size=34)
    sheet.text(580, 426, "64 + 64 + 64 = 192 vectors to keep", at="middle", size=32)
    return sheet


def history() -> Sheet:
    sheet = Sheet(
        440, "Two items of four codes each were read, a third is written: each of its codes is asked for after the history and the codes before it"
    )  # fmt: skip

    def at(k: int) -> float:
        return 5 + 92 * k + 30 * (k // 4)

    for k, name in enumerate(("first item", "second item", "to come")):
        sheet.text(at(4 * k) + 178, 26, name, at="middle", bold=True, color=ITEM if k == 2 else INK)
    for k, code in enumerate("57131711????"):
        color = ITEM if k > 7 else USER
        sheet.box(at(k), 42, 80, 60, fill=TINT[color], edge=color, dashed=k > 7)
        sheet.text(at(k) + 40, 84, code, at="middle", bold=True, size=32)
    for k in range(4):
        y = 128 + 66 * k
        sheet.box(at(0), y, at(8 + k) - at(0) - 12, 50, fill=TINT[USER], edge=TINT[USER])
        read = "has read the history" + (f", and code{'s 1 to ' if k > 1 else ' '}{k}" if k else "")
        sheet.text(at(0) + 20, y + 34, read)
        sheet.box(at(8 + k), y, 80, 50, fill=ITEM, edge=ITEM)
        sheet.text(at(8 + k) + 40, y + 34, f"p{'₁₂₃₄'[k]}", at="middle", bold=True, size=30, color="#fff")  # fmt: skip
    sheet.text(at(11) + 80, 428, "the chance of the item: p₁ · p₂ · p₃ · p₄", at="end", bold=True, size=30)  # fmt: skip
    return sheet


def product() -> Sheet:
    sheet = Sheet(
        330, "A square of all chances: 3/4 of it for the first code, a quarter of that for the second, 3/16 for both"
    )  # fmt: skip
    sheet.box(120, 10, 260, 260, round=0)
    sheet.box(120, 10, 195, 260, fill=TINT[USER], edge=USER, round=0)
    sheet.box(120, 205, 195, 65, fill=ITEM, edge=ITEM, round=0)
    sheet.text(217, 249, "3/16", at="middle", bold=True, size=32, color="#fff")
    sheet.text(217, 308, "first code: 3/4", at="middle", bold=True, color=USER)
    sheet.text(106, 234, "then", at="end", bold=True, color=ITEM)
    sheet.text(106, 264, "1/4", at="end", bold=True, color=ITEM)
    for k in range(2):
        y = 20 + 120 * k
        sheet.text(470, y + 26, f"code {k + 1}: a softmax over the 64 words of book {k + 1}")
        for j in range(64):
            high = (52, 30)[k] if j == (5, 23)[k] else 4 + (7 * j + 5 * k) % 11
            sheet.bar(470 + 10.6 * j, y + 92 - high, 8, high, ITEM if high > 20 else CONTEXT)
    sheet.text(470, 306, "the little bars: a sketch", size=24, color=QUIET)
    return sheet


def first_code() -> Sheet:
    sheet = Sheet(
        130, "A sketch of the chances of a first code, one bar is the tallest; must the pin of four codes that is written begin with it?"
    )  # fmt: skip
    for j, high in enumerate((96, 14, 40, 8, 22, 12, 30, 10)):
        sheet.bar(8 + 40 * j, 104 - high, 30, high, CONTEXT if j else ITEM)
    sheet.line(2, 105, 330, 105, wide=2)
    sheet.text(56, 34, "the likeliest first code", bold=True, color=ITEM)
    sheet.line(430, 70, 560, 70, head=True, wide=5, color=INK)
    for k in range(4):
        color = USER if k else ITEM
        sheet.box(590 + 100 * k, 28, 84, 84, fill=TINT[color], edge=color, dashed=not k)
        sheet.text(632 + 100 * k, 83, "?", at="middle", bold=True, size=36, color=color)
    sheet.text(1000, 80, "the pin", bold=True)
    return sheet


def race() -> Sheet:
    columns = (("one code", 0.14, 0.35), ("two codes", 0.09, 0.11), ("the whole pin", 0.017, 0.012))
    told = "; ".join(f"{head} {ours} and {other}" for head, ours, other in columns)
    sheet = Sheet(
        410, f"Chances of 2·1·4·0 and of the best that begins with 0, level by level: {told}"
    )
    for k, (head, *values) in enumerate(columns):
        x = 120 + 360 * k
        sheet.text(x + 110, 30, head, at="middle", bold=True)
        for j, value in enumerate(values):
            high = 230 * value / max(values)
            sheet.bar(x + 130 * j, 310 - high, 90, high, CONTEXT if j else ITEM)
            sheet.text(x + 130 * j + 45, 300 - high, f"{value}", at="middle", bold=value == max(values))  # fmt: skip
        sheet.line(x - 20, 310, x + 240, 310, wide=2)
    sheet.bar(120, 348, 34, 34, ITEM)
    sheet.text(168, 374, "2·1·4·0, so far", bold=True)
    sheet.bar(430, 348, 34, 34, CONTEXT)
    sheet.text(478, 374, "the best that begins with 0")
    sheet.text(1150, 374, "each on its own scale", at="end", size=24, color=QUIET)
    return sheet


def beam_by_hand() -> Sheet:
    sheet = Sheet(
        440, "Two prefixes 0.6 and 0.4 and six spellings: 0·1 is no item; a beam of three keeps 0.28, 0.12 and 0.10; a beam of two drops 0.10"
    )  # fmt: skip
    sheet.dot(50, 211, 14, INK)
    leaves = (
        ("0·0", "0.6 · 0.2", "0.12", 2), ("0·1", "0.6 · 0.7", "0.42", 0), ("0·2", "0.6 · 0.1", "0.06", 9),
        ("1·0", "0.4 · 0.7", "0.28", 1), ("1·1", "0.4 · 0.25", "0.10", 3), ("1·2", "0.4 · 0.05", "0.02", 9),
    )  # fmt: skip
    for k, (prefix, chance) in enumerate((("0", "0.6"), ("1", "0.4"))):
        y = 106 + 210 * k
        sheet.line(64, 211, 160, y, wide=4)
        sheet.dot(190, y, 30, TINT[USER], USER)
        sheet.text(190, y + 9, prefix, at="middle", bold=True)
        sheet.text(190, y - 42, chance, at="middle")
    for k, (name, way, value, place) in enumerate(leaves):
        y = 36 + 70 * k
        kept = place in (1, 2, 3)
        color = POSITIVE if kept else CONTEXT
        sheet.line(220, 106 + 210 * (k // 3), 352, y, color=color, wide=6 if kept else 3, dashed=not place)  # fmt: skip
        sheet.box(360, y - 27, 110, 54, fill=TINT[color] if kept else "#fff", edge=color, dashed=not place)  # fmt: skip
        sheet.text(415, y + 9, name, at="middle", bold=kept)
        sheet.text(500, y + 9, f"{way} = {value}", bold=kept, color=INK if kept else QUIET)
        said = {0: "no item: the trie forbids it", 1: "first", 2: "second", 3: "third: a beam of two drops it", 9: "dropped"}[place]  # fmt: skip
        sheet.text(760, y + 9, said, color=NEGATIVE if not place else INK if kept else QUIET, bold=not place)  # fmt: skip
    return sheet


def in_codes() -> Sheet:
    sheet = Sheet(150, "A pin of this morning has no row in a table; can it be written in four codes, 5, 7, 1 and 3?")  # fmt: skip
    sheet.box(4, 30, 260, 90, fill=TINT[ITEM], edge=ITEM)
    sheet.text(134, 84, "a pin, new today", at="middle", bold=True)
    sheet.line(270, 75, 372, 75, head=True, wide=5, color=INK)
    for k, code in enumerate("5713"):
        sheet.box(390 + 110 * k, 30, 94, 90, fill=TINT[USER], edge=USER)
        sheet.text(437 + 110 * k, 88, code, at="middle", bold=True, size=38)
    sheet.text(860, 68, "parts that older", size=28)
    sheet.text(860, 106, "pins have used", size=28)
    return sheet


DRAWINGS = {
    "opening 19": in_codes,
    "a point in codes": point,
    "three books": books,
    "a history is a text": history,
    "chances multiply": product,
    "the first code": first_code,
    "two beginnings": race,
    "beam by hand": beam_by_hand,
}
