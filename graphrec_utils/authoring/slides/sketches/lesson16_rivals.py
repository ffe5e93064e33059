"""Drawings for the hour of lesson 16: who was trained how, what each loss brought, a fair rival."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides import charts
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson16_losses import LOSSES
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def leads(stored: dict[str, dict[str, float]], rows: tuple[tuple[str, str], ...]) -> Sheet:
    """Return stored comparisons, (label, its key), as intervals about one line."""
    parts = []
    for label, key in rows:
        ends = (f"{stored[key][end]:+.3f}".replace("-", "−") for end in ("gap", "low", "high"))
        parts.append(f"{label} = {', '.join(ends)}")
    return charts.leads("; ".join(parts))


def recalls(name: str, group: str, column: str = "all") -> dict[str, float]:
    rows = results.load(name).values[group]
    return {row["model"]: row["recall"][column] for row in rows if column in row["recall"]}


def five_trainings() -> Sheet:
    sheet = Sheet(
        430, "Five trainings of one encoder, by pairs, features, users, pairs and features, and all three; each is asked by pins, and by users through a reader of their history"
    )  # fmt: skip
    sheet.text(366, 28, "trained by", at="middle", bold=True)
    names = ("pairs", "features", "users", "pairs and features", "all three")
    for k, (name, has) in enumerate(zip(names, ((0,), (1,), (2,), (0, 1), (0, 1, 2)), strict=True)):
        y = 76 + 76 * k
        sheet.text(266, y + 9, name, at="end", bold=True)
        for j, (_, color) in enumerate(LOSSES):
            sheet.dot(304 + 62 * j, y, 21, color if j in has else "#fff", color if j in has else CONTEXT)  # fmt: skip
        sheet.line(450, y, 530, 228, wide=3)
    sheet.box(534, 178, 150, 100, fill=TINT[CONTEXT], edge=INK)
    sheet.text(609, 222, "vectors", at="middle", bold=True)
    sheet.text(609, 256, "of pins", at="middle", bold=True)
    for y, color, who, what in (
        (20, USER, "a pin asks", ("which pin comes next?",)),
        (236, POSITIVE, "a user asks", ("what will she like next week?", "", "Reader: the transformer of the", "user loss; without it the mean", "of her sixteen latest likes")),
    ):  # fmt: skip
        high = 94 + 27 * (len(what) - 1) if len(what) > 1 else 94
        sheet.line(690, 228, 736, y + 47, color=color, wide=5, head=True)
        sheet.box(744, y, 412, high - 14, fill=TINT[color], edge=color)
        sheet.text(760, y + 34, who, bold=True)
        for j, line in enumerate(what):
            if line:
                sheet.text(760, y + 66 + 27 * j - 13 * (j > 1), line, size=24)
    return sheet


def what_is_won() -> Sheet:
    rows = (
        ("asked by pins", recalls("16_graphs", "models")["both"], 1300),
        ("asked by users", recalls("16_graphs", "models", "users")["both"], 5000),
    )
    told = "; ".join(f"{name}: {value:.3f}" for name, value, _ in rows)
    sheet = Sheet(132, f"Recall at 10 of an encoder trained by pairs alone, {told}; with all three losses a question mark")  # fmt: skip
    for k, (name, value, scale) in enumerate(rows):
        x = 590 * k
        wide = scale * value
        sheet.text(x, 26, f"{name}, recall@10", bold=True)
        sheet.bar(x, 42, wide, 38, CONTEXT)
        sheet.text(x + wide + 10, 70, f"{value:.3f} pairs", size=24)
        sheet.box(x + 2, 90, wide, 38, fill="#fff", edge=ITEM, dashed=True, round=2)
        sheet.text(x + wide + 10, 118, "? all three", bold=True, color=ITEM, size=24)
    return sheet


def length_one() -> Sheet:
    sheet = Sheet(
        360, "With a free length the vector of a popular pin is longer than that of a rare one, at length 1 both are equally long"
    )  # fmt: skip
    for x, head in ((220, "a free length"), (740, "length 1")):
        sheet.text(x, 30, head, bold=True, size=30)
    rows = (("popular pin", 400, ITEM), ("usual pin", 210, USER), ("rare pin", 90, CONTEXT))
    for k, (name, long, color) in enumerate(rows):
        y = 84 + 78 * k
        sheet.text(200, y + 9, name, at="end", bold=True)
        sheet.line(220, y, 220 + long, y, color=color, wide=12, head=True)
        sheet.line(740, y, 940, y, color=color, wide=12, head=True)
    sheet.line(220, 56, 220, 268, wide=2)
    sheet.line(740, 56, 740, 268, wide=2)
    sheet.text(964, 171, "which one\nis popular?", color=NEGATIVE, bold=True)
    sheet.text(220, 318, "the longer, the higher\nevery positive score", color=QUIET)
    sheet.text(740, 318, "one index serves all who ask", color=QUIET)
    return sheet


def one_offset_more() -> Sheet:
    sheet = Sheet(
        92,
        "A score is the cosine divided by the temperature; log popularity is added; what happens?",
    )
    sheet.box(4, 8, 440, 74, fill=TINT[USER], edge=USER)
    sheet.text(224, 54, "cosine / temperature", at="middle", bold=True)
    sheet.text(486, 58, "+", at="middle", bold=True, size=40)
    sheet.box(526, 8, 340, 74, fill=TINT[ITEM], edge=ITEM, dashed=True)
    sheet.text(696, 54, "log popularity", at="middle", bold=True)
    sheet.text(900, 56, "recall@10 ?", bold=True, color=ITEM, size=30)
    return sheet


def before_the_offset() -> Sheet:
    small, found = recalls("16_graphs", "equal size"), recalls("16_graphs", "models")
    rows = (
        ("OmniSage", small["both"], USER),
        ("PinSage, no offset", found["PinSage"], CONTEXT),
    )
    told = ", ".join(f"{name} {value:.3f}" for name, value, _ in rows)
    sheet = Sheet(140, f"Recall at 10: {told}; PinSage with the offset has a question mark")
    for k, (name, value, color) in enumerate(rows):
        y = 48 * k
        sheet.text(302, y + 32, name, at="end", bold=True)
        sheet.bar(316, y + 4, 2700 * value, 38, color)
        sheet.text(328 + 2700 * value, y + 32, f"{value:.3f}")
    sheet.text(302, 128, "PinSage, offset", at="end", bold=True)
    sheet.box(317, 101, 2700 * found["PinSage"], 36, fill="#fff", edge=ITEM, dashed=True, round=2)
    sheet.text(328 + 2700 * found["PinSage"], 128, "?", bold=True, color=ITEM, size=30)
    return sheet


def worth() -> Sheet:
    values = results.load("16_graphs").values
    rows = (
        ("hearing boards over hearing nobody", "pin-board over nobody, all"),
        ("PinSage with the offset over without", "PinSage, offset over PinSage, all"),
        (
            "OmniSage over PinSage, both with it",
            "both over PinSage, offset, d = 32, all",
        ),
    )
    return leads({**values["leads"], **values["equal leads"]}, rows)


DRAWINGS = {
    "five trainings": five_trainings,
    "what all three bring": what_is_won,
    "length one": length_one,
    "one offset more": one_offset_more,
    "before the offset": before_the_offset,
    "what each part is worth": worth,
}
