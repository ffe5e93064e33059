"""Drawings for the hour of lesson 11: log Q put back when serving, what it does to lists, and which way is right."""

from __future__ import annotations

import numpy as np

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
    halves = (("what is found: NDCG@20", "ndcg", 0), ("rare items: recall@20", "tail recall", 603))
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
        sheet.text(left + 272, 28, title, at="middle", bold=True, size=30)
        for x, name in ((202, "none"), (341, "released code")):
            sheet.text(left + x, 386, name, at="middle", size=24, color=QUIET)
            sheet.line(left + x, 52, left + x, 356, color="#dfe2e6", wide=2)
        most = max(row[measure] for rows in shown.values() for row in rows)
        for data, rows in shown.items():
            a, b = (row[measure] for row in rows)
            high, low = (348 - 280 * x / most for x in (a, b))
            color = POSITIVE if b > a else NEGATIVE
            sheet.line(left + 202, high, left + 333, low, color=color, wide=7, head=True)
            sheet.dot(left + 202, high, 10, color)
            sheet.text(left + 184, high + 9, f"{data} {a:.3f}", at="end", size=24)
            sheet.text(left + 349, low + 9, f"{b:.3f} {data}", size=24, bold=True)
    return sheet


def four_leads() -> Sheet:
    stored = results.load("11_rivals").values
    fixed, served = "in-batch, negatives, no n", "uncorrected, λ log Q when serving"
    groups = (
        ("released code over Yi", f"{fixed} over in-batch, all logits (Yi)"),
        ("uncorrected, λ when serving, over released code", f"{served} over {fixed}"),
    )  # fmt: skip
    zero, times, y, told = 330, 21000, 28, []
    tick, sheet = zero + 0.02 * times, Sheet(386, "")
    for title, name in groups:
        sheet.text(0, y, title, bold=True)
        for data, part in stored.items():
            if (lead := part["leads"].get(name)) is None:
                continue
            y += 54
            low, mid, high = (zero + times * lead[x] for x in ("low", "gap", "high"))
            better, worse = lead["low"] > 0, lead["high"] < 0
            color = POSITIVE if better else NEGATIVE if worse else CONTEXT
            sheet.line(zero, y - 40, zero, y + 14)
            sheet.line(tick, y - 40, tick, y + 14, color="#dfe2e6", wide=2)
            sheet.text(40, y, "films" if data == "MovieTweetings" else data)
            sheet.line(low, y - 9, high, y - 9, color=color, wide=9)
            sheet.dot(mid, y - 9, 12, color)
            said = f"{lead['gap']:+.3f}".replace("-", "−")
            said += "" if better or worse else ", cannot tell"
            sheet.text(1158, y, said, at="end", bold=better or worse)
            told.append(f"{title}, {data}: {said}")
        y += 64
    sheet.text(tick, y - 22, "+0.02", at="middle", size=24, color=QUIET)
    sheet.text(zero, y - 22, "no difference in NDCG@20", at="middle", size=24, color=QUIET)
    sheet.alt = f"Differences of NDCG@20. {'; '.join(told)}"
    return sheet


def two_answers() -> Sheet:
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    ways = (
        ("no correction", models["in-batch, no correction"], CONTEXT),
        ("released code (none of these)", models["in-batch, negatives, no n"], QUIET),
        ("with λ", models["uncorrected, λ log Q when serving"], ITEM),
    )
    told = "; ".join(f"{name} {row['ndcg']:.3f} and {row['tail recall']:.3f}" for name, row, _ in ways)  # fmt: skip
    sheet = Sheet(
        430,
        f"As a teacher: log Q off every column. As an estimate: log nQ off the negatives, hits out. When serving: add λ log Q. On Gowalla found and rare: {told}",
    )
    rows = (
        ("as a teacher", "− log Q in every column", POSITIVE),
        ("as an estimate", "− log nQ for the negatives, hits out", USER),
        ("when serving", "+ λ log Q (λ = 1: log p)", ITEM),
    )
    for k, (name, said, color) in enumerate(rows):
        y = 4 + 68 * k
        sheet.box(2, y, 238, 56, fill=TINT[color], edge=color)
        sheet.text(121, y + 37, name, at="middle", bold=True)
        sheet.text(266, y + 37, said)
    sheet.line(0, 222, 1160, 222, color="#dfe2e6", wide=2)
    for j, (head, measure) in enumerate((("Gowalla: NDCG@20", "ndcg"), ("rare items, recall@20", "tail recall"))):  # fmt: skip
        left = 400 + 395 * j
        sheet.text(left, 260, head, bold=True)
        for k, (name, row, color) in enumerate(ways):
            y = 276 + 42 * k
            if not j:
                sheet.text(left - 14, y + 27, name, at="end", size=24)
            wide = 1350 * row[measure]
            sheet.bar(left, y, wide, 34, color)
            sheet.text(left + wide + 12, y + 27, f"{row[measure]:.3f}")
    sheet.text(0, 424, "Yi: trained on films alone; log nQ, hits out: not run", size=24, color=QUIET)  # fmt: skip
    return sheet


def three_lists() -> Sheet:
    names = ("Alien", "Brazil", "Cube", "Drive", "Elf")
    hers, drawn = np.array([0.72, 0.06, 0.03, 0.16, 0.03]), np.array([0.49, 0.27, 0.12, 0.07, 0.05])  # of figure 11.3  # fmt: skip
    sheet, told = Sheet(400, ""), []
    for j, (amount, said) in enumerate(((0, "λ = 0: PMI"), (0.5, "λ = ½"), (1, "λ = 1: log p"))):
        left = 405 * j
        share = hers / drawn * drawn**amount
        share = share / share.sum()
        sheet.text(left + 90, 30, said, bold=True)
        for k, item in enumerate(np.argsort(-share, kind="stable")):
            y, first = 52 + 58 * k, not k
            sheet.text(left + 78, y + 31, names[item], at="end", size=24, bold=first)
            sheet.bar(left + 90, y, 240 * share[item], 42, ITEM)
            sheet.box(left + 90, y, 240 * drawn[item], 42, fill="none", edge=INK, dashed=True, round=0)  # fmt: skip
            sheet.text(left + 346, y + 31, f"{share[item]:.2f}", at="end", size=24, bold=first)  # fmt: skip
        told.append(f"{said}: " + ", ".join(f"{names[i]} {share[i]:.2f}" for i in np.argsort(-share, kind="stable")))  # fmt: skip
    sheet.bar(90, 362, 40, 24, ITEM)
    sheet.text(142, 383, "her list: softmax of s + λ log Q", size=24, color=QUIET)
    sheet.box(660, 362, 40, 24, fill="none", edge=INK, dashed=True, round=0)
    sheet.text(712, 383, "Q: how often it is drawn", size=24, color=QUIET)
    sheet.alt = f"Her list, best first. {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "three lists": three_lists,
    "knob": knob,
    "found and rare": found_and_rare,
    "four leads": four_leads,
    "two answers": two_answers,
}
