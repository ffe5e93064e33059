"""Drawings for the hour of lesson 19, at its end: who reads what, who finds what is new, which to take."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def who_reads() -> Sheet:
    sheet = Sheet(
        440, "TIGER, SASRec and HSTU read the order, chain the last game, RP3β and iALS all games without order"
    )  # fmt: skip
    rows = (
        ("TIGER", "order", "codes from iALS's vectors"),
        ("SASRec, HSTU", "order", "a vector of its own"),
        ("chain", "last", "counts of what came next"),
        ("RP3β, a walk", "all", "edges, nothing trained"),
        ("iALS", "all", "a vector of its own"),
    )
    for name, x in (("who", 10), ("reads of her games", 260), ("has for each game", 800)):
        sheet.text(x, 28, name, color=QUIET)
    for k, (name, reads, has) in enumerate(rows):
        y = 78 + 80 * k
        sheet.text(10, y + 9, name, bold=True, color=ITEM if not k else INK)
        for j in range(4):
            x = 260 + 110 * j
            seen = reads != "last" or j == 3
            sheet.box(x, y - 27, 64, 54, fill=TINT[USER] if seen else "#fff", edge=USER if seen else CONTEXT, dashed=not seen, round=4)  # fmt: skip
            if reads == "order" and j < 3:
                sheet.line(x + 66, y, x + 106, y, head=True, wide=4, color=INK)
        sheet.text(800, y + 9, has, bold=not k)
    return sheet


def vector_or_codes(rows: tuple[tuple[str, str], ...], item: str) -> Sheet:
    told = " and ".join(f"{who}: {said}" for who, said in rows)
    sheet = Sheet(170, f"What each has for {item}, a vector or four codes; {told}")
    for k, (who, said) in enumerate(rows):
        y = 10 + 84 * k
        sheet.text(140, y + 42, who, at="end", bold=True)
        sheet.box(160, y, 110, 64, fill=TINT[ITEM], edge=ITEM)
        sheet.text(215, y + 42, item, at="middle", size=24)
        sheet.line(275, y + 32, 345, y + 32, head=True, wide=4, color=INK)
        if k:
            for j, code in enumerate("5713"):
                sheet.box(360 + 105 * j, y, 90, 64, fill=TINT[USER], edge=USER)
                sheet.text(405 + 105 * j, y + 42, code, at="middle", bold=True, size=30)
        else:
            for j in range(16):
                high = 12 + (13 * j + 7) % 47
                sheet.bar(362 + 26 * j, y + 62 - high, 20, high, USER)
        sheet.text(800, y + 42, said)
    return sheet


def of_a_game() -> Sheet:
    return vector_or_codes((("SASRec", "a vector, its own"), ("TIGER", "codes, shared")), "a game")


def of_a_new_pin() -> Sheet:
    return vector_or_codes(
        (("content", "its picture and words"), ("TIGER", "their codes, one to four")), "a pin"
    )


def new_pin() -> Sheet:
    sheet = Sheet(
        430, "A pin of this morning: in a table of vectors it has no row; its picture is spelled in words of old pins and enters the trie"
    )  # fmt: skip
    sheet.box(4, 140, 200, 130, fill=TINT[ITEM], edge=ITEM)
    sheet.text(104, 198, "a pin of", at="middle", bold=True)
    sheet.text(104, 232, "this morning", at="middle", bold=True)
    sheet.line(210, 175, 305, 95, head=True, wide=6, color=NEGATIVE)
    sheet.line(210, 235, 305, 310, head=True, wide=6, color=POSITIVE)
    sheet.text(320, 34, "SASRec: a table with a row for each old pin", bold=True)
    for j in range(6):
        last = j == 5
        sheet.box(320 + 138 * j, 56, 124, 64, fill="#fff" if last else TINT[USER], edge=NEGATIVE if last else USER, dashed=last, round=3)  # fmt: skip
    sheet.text(1072, 97, "no row", at="middle", bold=True, color=NEGATIVE)
    sheet.text(320, 248, "TIGER: words learned from old pins", bold=True)
    for j, said in enumerate(("its picture", "its codes", "a place in\nthe trie", "can be\nfound")):
        x = 320 + 212 * j
        sheet.box(x, 268, 170, 84, fill=TINT[POSITIVE], edge=POSITIVE)
        sheet.text(x + 85, 319 - 15 * said.count("\n"), said, at="middle")
        if j < 3:
            sheet.line(x + 174, 310, x + 208, 310, head=True, wide=4, color=INK)
    sheet.text(320, 408, "a tenth of the pins is hidden, and alone asked for", color=QUIET)  # fmt: skip
    return sheet


def rivals() -> Sheet:
    sheet = Sheet(
        446, "What TIGER and its rivals know of a new pin: its content, its author, both, or nothing; none has likes of the pin itself"
    )  # fmt: skip
    rows = (
        ("TIGER", "codes of its content", 1, 0, ITEM),
        ("content", "close to what she liked", 1, 0, POSITIVE),
        ("iALS", "the author's other pins", 0, 1, USER),
        ("iALS, told of content", "both, made into a vector", 1, 1, USER),
        ("popularity", "likes of the author's other pins", 0, 1, CONTEXT),
        ("codes by chance", "TIGER, with codes that mean nothing", 0, 0, CONTEXT),
    )
    for x, name in ((4, "who"), (410, "content"), (555, "author"), (680, "it ranks by")):
        sheet.text(x, 28, name, color=QUIET)
    for k, (name, way, content, author, color) in enumerate(rows):
        y = 78 + 68 * k
        sheet.box(4, y - 28, 360, 56, fill=TINT[color], edge=color)
        sheet.text(184, y + 9, name, at="middle", bold=True)
        for x, known in ((458, content), (598, author)):
            sheet.dot(x, y, 18, USER if known else "#fff", USER if known else CONTEXT)
        sheet.text(680, y + 9, way)
    return sheet


def new_found() -> Sheet:
    rows = results.load("19_new").values["rows"]
    shown = (
        ("iALS, told of content", "iALS, told of content", USER),
        ("iALS, by the author", "iALS", USER),
        ("the nearest content", "content", POSITIVE),
        ("TIGER, one code", "TIGER, one code", ITEM),
        ("TIGER, four codes", "TIGER, four codes", ITEM),
        ("popularity", "popularity", CONTEXT),
        ("codes by chance", "codes by chance", CONTEXT),
    )
    told = "; ".join(f"{name} {rows[key]['mean']:.3f}" for name, key, _ in shown)
    sheet = Sheet(440, f"NDCG@20 among new pins: {told}")
    sheet.text(330, 26, "NDCG@20 among new pins", bold=True)
    for k, (name, key, color) in enumerate(shown):
        y, value = 42 + 56 * k, rows[key]["mean"]
        sheet.text(315, y + 32, name, at="end", bold=color == ITEM)
        sheet.bar(330, y, 1500 * value, 44, color)
        sheet.text(342 + 1500 * value, y + 32, f"{value:.3f}", bold=color == ITEM)
    sheet.line(330, 38, 330, 434, wide=2)
    return sheet


def bought() -> Sheet:
    new = results.load("19_new").values["rows"]
    panels = (
        ("memory for all games", "MB", (("TIGER", 0.09, "0.09"), ("SASRec", 2.39, "2.39"))),
        ("next game", "NDCG@10", (("TIGER", 0.039, "0.039"), ("SASRec", 0.062, "0.062"))),
        ("new pins", "NDCG@20", tuple((who, new[key]["mean"], f"{new[key]['mean']:.3f}") for who, key in (("TIGER", "TIGER, one code"), ("content", "content")))),
    )  # fmt: skip
    told = "; ".join(f"{head}: {', '.join(f'{who} {said}' for who, _, said in bars)}" for head, _, bars in panels)  # fmt: skip
    sheet = Sheet(340, f"TIGER beside its rival in three measures. {told}")
    for k, (head, unit, bars) in enumerate(panels):
        x = 60 + 400 * k
        sheet.text(x + 124, 30, head, at="middle", bold=True)
        sheet.text(x + 124, 62, unit, at="middle", size=24, color=QUIET)
        most = max(value for _, value, _ in bars)
        for j, (who, value, said) in enumerate(bars):
            high, at = 160 * value / most, x + 20 + 116 * j
            color = USER if j else ITEM
            sheet.bar(at, 280 - high, 92, high, color)
            sheet.text(at + 46, 270 - high, said, at="middle", bold=True)
            sheet.text(at + 46, 318, who, at="middle", size=24, color=color, bold=True)
        sheet.line(x, 281, x + 248, 281, wide=2)
    return sheet


def which() -> Sheet:
    sheet = Sheet(
        440, "Do vectors of all items fit into memory? If not, spell. If they do: for items with likes SASRec or a walk, for new ones content or the author"
    )  # fmt: skip
    sheet.box(4, 180, 280, 90, fill=TINT[CONTEXT], edge=CONTEXT)
    sheet.text(144, 217, "do all vectors\nfit into memory?", at="middle", bold=True)
    sheet.box(430, 90, 230, 90, fill=TINT[CONTEXT], edge=CONTEXT)
    sheet.text(545, 127, "has the item\nlikes?", at="middle", bold=True)
    sheet.line(290, 205, 424, 150, head=True, wide=5, color=INK)
    sheet.text(352, 158, "yes", at="middle", bold=True)
    sheet.line(290, 250, 424, 360, head=True, wide=5, color=INK)
    sheet.text(340, 336, "no", at="middle", bold=True)
    for y, down, name in ((120, 60, "yes"), (155, 215, "no")):
        sheet.line(666, y, 784, down, head=True, wide=5, color=INK)
        sheet.text(716, min(y, down) + (12 if name == "yes" else 62), name, at="middle", bold=True)
    ends = (
        (790, 14, 366, 86, "SASRec, or a walk", USER),
        (790, 150, 366, 116, "the nearest content, or\nthe author's other items", POSITIVE),
        (430, 320, 726, 100, "spell, inside a trie (not tried here):\n4 bytes an item; a vector of 64 numbers has 256", ITEM),
    )  # fmt: skip
    for x, y, wide, high, said, color in ends:
        sheet.box(x, y, wide, high, fill=TINT[color], edge=color)
        lines = said.count("\n")
        sheet.text(x + wide / 2, y + high / 2 + 9 - 15 * lines, said, at="middle", bold=not lines)
    return sheet


DRAWINGS = {
    "who reads what": who_reads,
    "a vector or codes": of_a_game,
    "a vector or codes of content": of_a_new_pin,
    "a pin of this morning": new_pin,
    "rivals without likes": rivals,
    "new pins found": new_found,
    "what spelling bought": bought,
    "which to take": which,
}
