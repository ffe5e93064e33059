"""Drawings for the hour of lesson 11: a batch, what it asks, Ann's two films, where log Q comes from, what "best" means."""

from __future__ import annotations

import math

from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER

HERS = {"the bestseller": (0.8, 0.9), "the rare film": (0.2, 0.1)}  # p for Ann, Q


def batch() -> Sheet:
    sheet = Sheet(
        440,
        "A batch of four users: each row has what the user took as positive, on the diagonal, and what the three others took as negatives; the bestseller is a column twice",
    )
    users, films = ("Ann", "Ben", "Cai", "Dee"), ("Alien", "Cube", "Alien", "Elf")
    for j, film in enumerate(films):
        sheet.text(285 + 180 * j, 40, film, at="middle", bold=film == "Alien", color=NEGATIVE if film == "Alien" else INK)  # fmt: skip
    for k, user in enumerate(users):
        y = 66 + 90 * k
        sheet.text(170, y + 47, user, at="end", bold=True)
        for j, film in enumerate(films):
            own = k == j
            again = film == films[k] and not own
            color = POSITIVE if own else NEGATIVE if film == "Alien" else CONTEXT
            sheet.box(205 + 180 * j, y, 160, 76, fill=TINT[color] if not own else POSITIVE, edge=color, dashed=again)  # fmt: skip
            said = "took it" if own else "a hit" if again else "negative"
            sheet.text(285 + 180 * j, y + 47, said, at="middle", color="#fff" if own else INK, bold=own)  # fmt: skip
    sheet.text(945, 96, "a hit: a draw\nthat is her\nown positive", color=NEGATIVE)
    sheet.text(
        945, 244, "Alien, taken\ntwice: two\nnegatives for\nBen, two for\nDee", color=NEGATIVE
    )
    return sheet


def three_cases() -> Sheet:
    sheet = Sheet(
        400,
        "A row holds Alien, Brazil and Cube. If Alien is the true one, it was taken with p and the two others were drawn with Q; the same for the others. Divided by all three Q, the odds are p / Q each",
    )
    films = ("Alien", "Brazil", "Cube")
    sheet.text(0, 30, "if the true one is", color=QUIET)
    sheet.text(470, 30, "chance of these three", at="middle", color=QUIET)
    sheet.text(980, 30, "odds: divided by all Q", at="middle", color=QUIET)
    for k, film in enumerate(films):
        y = 60 + 112 * k
        sheet.text(0, y + 54, film, bold=True, size=30)
        for j, letter in enumerate("ABC"):
            own = j == k
            color = POSITIVE if own else CONTEXT
            sheet.box(230 + 165 * j, y, 150, 86, fill=TINT[color], edge=color)
            sheet.text(305 + 165 * j, y + 54, f"{'p' if own else 'Q'}({letter})", at="middle", bold=own, size=30)  # fmt: skip
            if j:
                sheet.text(222 + 165 * j, y + 54, "·", at="middle", bold=True, size=30)
        begin, letter = len(sheet.inside), "ABC"[k]
        sheet.line(735, y + 43, 835, y + 43, head=True, wide=4)
        sheet.box(850, y, 260, 86, fill=TINT[ITEM], edge=ITEM)
        sheet.text(980, y + 54, f"p({letter}) / Q({letter})", at="middle", bold=True, size=30)
        sheet.waits(begin)  # until somebody has divided
    return sheet


def ann() -> Sheet:
    sheet = Sheet(
        180,
        "Ann takes the bestseller with 0.8, the rare film with 0.2; of all draws 0.9 are the bestseller, 0.1 the rare film",
    )
    for k, (film, (p, q)) in enumerate(HERS.items()):
        y = 6 + 90 * k
        sheet.text(235, y + 46, film, at="end", bold=True)
        for j, (value, name, color) in enumerate(((p, "of what Ann takes", POSITIVE), (q, "of the draws", NEGATIVE))):  # fmt: skip
            sheet.bar(260, y + 38 * j, 600 * value, 32, color)
            sheet.text(260 + 600 * value + 14, y + 38 * j + 25, f"{value} {name}", size=24)
    return sheet


def flip() -> Sheet:
    sheet = Sheet(
        430,
        "By p the bestseller is first, 0.8 against 0.2; by p / Q the rare film is, 2.00 against 0.89; the logarithms, −0.22 and −1.61, −0.12 and 0.69, have the same order",
    )
    parts = (("p: what she takes", "score: log p", False), ("p / Q: what the batch teaches", "score: log p − log Q", True))  # fmt: skip
    for k, (name, score, less) in enumerate(parts):
        top, scale = 222 * k, 280  # one ruler for both
        sheet.text(0, top + 30, name, bold=True)
        values = {film: p / q if less else p for film, (p, q) in HERS.items()}
        first = max(values, key=values.get)
        for j, (film, value) in enumerate(values.items()):
            y, (p, q) = top + 56 + 70 * j, HERS[film]
            sheet.text(225, y + 35, film, at="end", bold=film == first)
            sheet.bar(245, y, scale * value, 50, ITEM if film == first else CONTEXT)
            said = f"{p} / {q} = {value:.2f}" if less else str(p)
            sheet.text(245 + scale * value + 14, y + 35, said, bold=film == first)
            said = f"{math.log(value):.2f}".replace("-", "−")
            sheet.text(1150, y + 35, said, at="end", size=24, color=QUIET)
        sheet.text(1150, top + 30, score, at="end", size=24, color=QUIET)
    return sheet


def sum_by_draws() -> Sheet:
    sheet = Sheet(
        390,
        "Left the sum over all other items; right eight draws that stand for it: what is drawn twice as often counts half, and the draw that is the positive is left out",
    )
    sheet.text(0, 30, "wanted: eˢ = 1 for 3 items, sum 3", size=24, bold=True)
    sheet.text(510, 30, "eight draws, each counts 1 / (8 Q): again 3", size=24, bold=True)
    shares = (("bestseller", "½", 4, ITEM), ("film B", "¼", 2, ITEM), ("film C", "⅛", 1, ITEM), ("positive i", "⅛", 1, NEGATIVE))  # fmt: skip
    for k, (name, q, drawn, color) in enumerate(shares):
        y = 60 + 82 * k
        hit = color == NEGATIVE
        sheet.text(190, y + 41, name, at="end")
        sheet.box(215, y, 66, 60, fill="#fff" if hit else ITEM, edge=color, dashed=hit)
        sheet.text(305, y + 41, f"Q = {q}", color=QUIET)
        for j in range(drawn):
            wide = 66 / drawn
            sheet.box(480 + 85 * j, y, wide, 60, fill="#fff" if hit else ITEM, edge=color, dashed=hit, round=3)  # fmt: skip
        said = "a hit: out, but counted in the 8" if hit else f"{drawn} · 1 / (8 · {q}) = 1"
        sheet.text(620 if hit else 860, y + 41, said, color=color if hit else INK)
    return sheet


def two_meanings() -> Sheet:
    sheet = Sheet(
        430,
        "As an estimate: how far is the mean gradient of the draws from the true one? As a teacher: how far from log p is the lowest point, where the training ends? Both distances are dashed; tested on four items, every draw counted",
    )
    sheet.text(270, 34, "as an estimate", at="middle", bold=True, size=30, color=USER)
    sheet.text(270, 74, "how far from the true gradient?", at="middle")
    sheet.text(270, 110, "one positive at a time", at="middle", size=24, color=QUIET)
    sheet.line(90, 350, 350, 170, color=INK, wide=7, head=True)
    sheet.text(362, 170, "true", bold=True)
    sheet.line(90, 350, 380, 322, color=USER, wide=7, head=True)
    sheet.text(392, 340, "mean of\nthe draws", color=USER, bold=True)
    sheet.line(354, 186, 376, 308, color=NEGATIVE, wide=5, dashed=True)
    sheet.text(384, 256, "error", bold=True, color=NEGATIVE)
    sheet.dot(90, 350, 12, INK)
    sheet.text(860, 34, "as a teacher", at="middle", bold=True, size=30, color=POSITIVE)
    sheet.text(860, 74, "how far from log p does training end?", at="middle")
    sheet.text(860, 110, "over all that she takes", at="middle", size=24, color=QUIET)
    sheet.line(620, 350, 620, 136, head=True)
    sheet.line(620, 350, 1140, 350, head=True)
    sheet.text(636, 156, "mean loss", size=24, color=QUIET)
    sheet.text(1158, 384, "score", at="end", size=24, color=QUIET)
    points = [(780 + 6 * k, 322 - 160 * (k / 22) ** 2) for k in range(-22, 23)]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    sheet.inside.append(
        f'<polyline points="{path}" fill="none" stroke="{POSITIVE}" stroke-width="6"/>'
    )
    sheet.line(1000, 200, 1000, 350, color=INK, wide=5)
    sheet.text(1000, 188, "log p", at="middle", bold=True)
    sheet.line(798, 322, 994, 322, color=NEGATIVE, wide=5, dashed=True)
    sheet.text(936, 306, "error", at="middle", bold=True, color=NEGATIVE)
    sheet.dot(780, 322, 14, POSITIVE)
    sheet.text(780, 384, "ends here", at="middle", bold=True, color=POSITIVE)
    sheet.text(0, 426, "tested on four items, every draw counted", size=24, color=QUIET)
    return sheet


HITS_OUT = "negatives only,\nhits out"


def five_variants() -> Sheet:
    sheet = Sheet(
        434,
        "Five variants: no correction takes nothing off; negatives only takes log Q off the negatives; negatives only, hits out, the same without hits; nQ, hits out takes log nQ off the negatives; Yi takes log Q off all columns",
    )
    rows = (
        ("no correction", "", ("", "", "in")),
        ("negatives only", "Khrylchenko's slide", ("", "− log Q", "in, − log Q")),
        ("released code", "negatives only, hits out; 2025", ("", "− log Q", "out")),
        ("nQ, hits out", "as just derived", ("", "− log nQ", "out")),
        ("Yi", "Yi et al., 2019", ("− log Q", "− log Q", "in, − log Q")),
    )
    heads = (("1 the positive", "corrected, too?"), ("2 a draw", "by Q or by nQ?"), ("3 a hit", "in or out?"))  # fmt: skip
    for j, (name, asked) in enumerate(heads):
        sheet.text(515 + 258 * j, 24, name, at="middle", bold=True)
        sheet.text(515 + 258 * j, 54, asked, at="middle", size=24, color=QUIET)
    for k, (name, whose, cells) in enumerate(rows):
        y = 62 + 69 * k
        kept = k > 1  # the three of which the next slides speak
        sheet.text(0, y + (25 if whose else 39), name, bold=kept, color=INK if kept else QUIET)
        sheet.text(0, y + 53, whose, size=24, color=QUIET)
        for j, said in enumerate(cells):
            color = POSITIVE if not j else NEGATIVE if said == "out" else CONTEXT
            plain = "log" not in said
            sheet.box(398 + 258 * j, y, 234, 60, fill="#fff" if plain else TINT[color], edge=color, dashed=said == "out")  # fmt: skip
            sheet.text(515 + 258 * j, y + 39, said, at="middle", bold=True)
    sheet.text(398, 426, "an empty place: left as it is", size=24, color=QUIET)
    return sheet


NAMES = ("none", "negatives only", HITS_OUT, "nQ, hits out", "Yi")
SIXTEEN = (
    ("as an estimate, one positive:\nthe gradient's error, summed", (0.62, 0.08, 0.81, 0.01, 0.18)),
    ("as a teacher, all she takes:\na logit's largest error", (1.17, 0.21, 1.07, 0.11, 0.00)),
)
SHOWN = {"none": "no correction", HITS_OUT: "released code:\nhits out, no n"}
BEST = (("nQ, hits out", USER), ("Yi", POSITIVE))  # of each half, as on the last slide


def as_estimate() -> Sheet:
    return _off_by(0, 640, 215)


def as_teacher() -> Sheet:
    return _off_by(1, 480, 4)


def _off_by(half: int, wide: float, left: float) -> Sheet:
    (title, values), (best, hue) = SIXTEEN[half], BEST[half]
    told = ", ".join(f"{n} {v:.2f}" for n, v in zip(NAMES, values, strict=True))
    sheet = Sheet(446, f"Four items, 16 draws, {title}: {told}".replace("\n", " "), wide)
    sheet.text(left, 28, title, bold=True)
    if not half:
        sheet.text(0, 28, "four items,\n16 draws", size=24, color=QUIET)
    for k, (name, value) in enumerate(zip(NAMES, values, strict=True)):
        y = 82 + 61 * k
        if not half:
            shown = SHOWN.get(name, name)
            sheet.text(left - 15, y + (20 if "\n" in name else 35), shown, at="end")  # fmt: skip
        sheet.bar(left, y, value / max(values) * 300, 52, hue if name == best else CONTEXT)
        said = f"{value:.2f}" + ", with one draw, too" * (half and name == "Yi")
        sheet.text(left + max(value / max(values) * 300, 2) + 14, y + 35, said, bold=name == best)
    if half:
        why = "Yi: off for each positive, right over\nall she takes: the errors cancel"
        sheet.text(left, 412, why, size=24, color=hue)
    return sheet


DRAWINGS = {
    "batch": batch,
    "three cases": three_cases,
    "ann": ann,
    "flip": flip,
    "sum by draws": sum_by_draws,
    "two meanings": two_meanings,
    "five variants": five_variants,
    "as estimate": as_estimate,
    "as teacher": as_teacher,
}
