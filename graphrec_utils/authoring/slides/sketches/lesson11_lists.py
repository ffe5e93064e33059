"""Drawings for the hour of lesson 11: log Q put back when serving, what it does to lists, and which way is right."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import CONTEXT, ITEM, NEGATIVE, POSITIVE, USER


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
    halves = (("what is found: NDCG@20", "ndcg", 0), ("rare items: recall@20", "tail recall", 605))
    shown = {}
    for data, part in stored.items():
        models = {row["model"]: row for row in part["models"]}
        shown["films" if data == "MovieTweetings" else data] = [models[way] for way in ways]
    told = []
    for title, measure, _ in halves:
        said = (f"{data} from {a[measure]:.3f} to {b[measure]:.3f}" for data, (a, b) in shown.items())  # fmt: skip
        told.append(f"{title}: {', '.join(said)}")
    sheet = Sheet(430, f"Without and with the correction. {'; '.join(told)}")
    for title, measure, left in halves:
        sheet.text(left + 280, 28, title, at="middle", bold=True, size=30)
        for x, name in ((190, "none"), (365, "negatives only,\nhits out")):
            sheet.text(left + x, 386, name, at="middle", size=24, color=QUIET)
            sheet.line(left + x, 52, left + x, 356, color="#dfe2e6", wide=2)
        most = max(row[measure] for rows in shown.values() for row in rows)
        for data, rows in shown.items():
            a, b = (row[measure] for row in rows)
            high, low = (348 - 280 * x / most for x in (a, b))
            color = POSITIVE if b > a else NEGATIVE
            sheet.line(left + 190, high, left + 357, low, color=color, wide=7, head=True)
            sheet.dot(left + 190, high, 10, color)
            sheet.text(left + 172, high + 9, f"{data} {a:.3f}", at="end", size=24)
            sheet.text(left + 377, low + 9, f"{b:.3f} {data}", size=24, bold=True)
    return sheet


def nine_leads() -> Sheet:
    stored = results.load("11_rivals").values
    fixed, plain = "in-batch, negatives, no n", "in-batch, no correction"
    columns = (
        ("the correction\nover none", fixed, plain),
        ("the correction\nover Yi", fixed, "in-batch, all logits (Yi)"),
        ("λ when serving\nover the correction", "uncorrected, λ log Q when serving", fixed),
    )
    told, sheet = [], Sheet(410, "")
    for j, (title, one, other) in enumerate(columns):
        left = 150 + 345 * j
        sheet.text(left + 150, 28, title, at="middle", bold=True)
        sheet.line(left + 75, 80, left + 75, 380)
        for k, (data, part) in enumerate(stored.items()):
            y, name = 110 + 100 * k, "films" if data == "MovieTweetings" else data
            if not j:
                sheet.text(0, y + 19, name, bold=True)
            lead = part["leads"].get(f"{one} over {other}")
            if lead is None:
                sheet.text(left + 95, y + 19, "not trained", size=24, color=QUIET)
                continue
            low, mid, high = (left + 75 + 2300 * lead[x] for x in ("low", "gap", "high"))
            color = POSITIVE if lead["low"] > 0 else NEGATIVE if lead["high"] < 0 else CONTEXT
            sheet.line(low, y + 28, high, y + 28, color=color, wide=9)
            sheet.dot(mid, y + 28, 12, color)
            ends = ", ".join(f"{lead[x]:+.3f}" for x in ("gap", "low", "high")).replace("-", "−")
            mid, low, high = ends.split(", ")
            sheet.text(left + 85, y, f"{mid}", bold=True)
            sheet.text(left + 85, y + 62, f"{low} to {high}", size=24, color=QUIET)
            told.append(f"{title}, {name}: {mid}, from {low} to {high}".replace("\n", " "))
    sheet.alt = f"Differences of NDCG@20. {'; '.join(told)}"
    sheet.text(225, 402, "no difference", at="middle", size=24, color=QUIET)
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


DRAWINGS = {
    "knob": knob,
    "found and rare": found_and_rare,
    "nine leads": nine_leads,
    "two answers": two_answers,
}
