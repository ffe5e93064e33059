"""Drawings for the hour of lesson 11: log Q put back when serving, what it does to lists, and which way is right."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def knob() -> Sheet:
    sheet = Sheet(
        430,
        "One model, one number λ: at 0 the list is by PMI, at 1 by log p, and between them lies every mixture",
    )
    sheet.box(2, 20, 398, 120, fill=TINT[USER], edge=USER)
    sheet.text(200, 68, "trained as it is", at="middle")
    sheet.text(200, 112, "log p − log Q", at="middle", bold=True, size=34)
    sheet.text(470, 92, "+", at="middle", bold=True, size=44)
    sheet.box(540, 20, 300, 120, fill=TINT[ITEM], edge=ITEM)
    sheet.text(690, 68, "when you serve", at="middle")
    sheet.text(690, 112, "λ log Q", at="middle", bold=True, size=34)
    sheet.text(880, 75, "log Q of each item,\nno new training", size=24, color=QUIET)
    sheet.line(120, 270, 1040, 270, color=CONTEXT, wide=10)
    ends = (("λ = 0", "PMI: what she likes\nmore than others do", 180), ("λ = 1", "log p: what she\nwill take", 980))  # fmt: skip
    for name, said, x in ends:
        sheet.dot(x, 270, 18, ITEM)
        sheet.text(x, 236, name, at="middle", bold=True, size=30)
        sheet.text(x, 334, said, at="middle", size=30)
    sheet.text(580, 322, "every mixture", at="middle", color=QUIET)
    return sheet


def found_and_rare() -> Sheet:
    stored = results.load("11_rivals").values
    ways = ("in-batch, no correction", "in-batch, negatives, no n")
    halves = (("what is found: NDCG@20", "ndcg", 0), ("rare items: recall@20", "tail recall", 620))
    told, most = [], 0.25
    shown = {}
    for data, part in stored.items():
        models = {row["model"]: row for row in part["models"]}
        shown["films" if data == "MovieTweetings" else data] = models
    for title, measure, _ in halves:
        said = (f"{data} from {m[ways[0]][measure]:.3f} to {m[ways[1]][measure]:.3f}" for data, m in shown.items())  # fmt: skip
        told.append(f"{title}: {', '.join(said)}")
    sheet = Sheet(390, f"Without and with the correction. {'; '.join(told)}")
    for title, measure, left in halves:
        sheet.text(left + 20, 34, title, bold=True)
        for k, (data, models) in enumerate(shown.items()):
            y = 96 + 84 * k
            before, after = (models[way][measure] for way in ways)
            if not left:
                sheet.text(125, y + 9, data, at="end")
            a, b = (left + 150 * (not left) + 20 + x / most * (290 if left else 300) for x in (before, after))  # fmt: skip
            end = b - 16 if b > a else b + 16
            color = POSITIVE if b > a else NEGATIVE
            if abs(b - a) > 40:
                sheet.line(a, y, end, y, color=color, wide=7, head=True)
            sheet.dot(a, y, 12, CONTEXT)
            sheet.dot(b, y, 12, INK)
            sheet.text(max(a, b) + 22, y + 9, f"{before:.3f} → {after:.3f}")
    sheet.dot(182, 356, 12, CONTEXT)
    sheet.text(204, 365, "no correction")
    sheet.dot(462, 356, 12, INK)
    sheet.text(484, 365, "negatives only, hits out")
    return sheet


def two_answers() -> Sheet:
    sheet = Sheet(
        340,
        "As a teacher: correct every column, keep hits. As an estimate: leave the positive, mask hits, divide by n. When serving: add λ log Q to a model that was not corrected",
    )
    rows = (
        ("as a teacher", "every column − log Q, hits in: learns log p, few draws or many", POSITIVE),
        ("as an estimate", "negatives − log (n Q), hits out: nearest to the full gradient", USER),
        ("when serving", "train without, then + λ log Q of each item; no new training", ITEM),
    )  # fmt: skip
    sheet.named(rows, high=84)
    return sheet


DRAWINGS = {"knob": knob, "found and rare": found_and_rare, "two answers": two_answers}
