"""Drawings for the hour of lesson 11: log Q put back when serving, what it does to lists, and which way is right."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.authoring.slides.sketches.lesson11 import NAMES, SIXTEEN
from graphrec_utils.style import CONTEXT, INK, ITEM, NEGATIVE, POSITIVE, USER


def found_and_rare() -> Sheet:
    stored = results.load("11_rivals").values
    ways = ("in-batch, no correction", "in-batch, negatives, no n")
    halves = (
        ("what is found: NDCG@20", "ndcg", 0),
        ("rare (least popular 4/5): recall@20", "tail recall", 603),
    )
    shown = {}
    for data, part in stored.items():
        models = {row["model"]: row for row in part["models"]}
        shown["films" if data == "MovieTweetings" else data] = [models[way] for way in ways]
    told = []
    for title, measure, _ in halves:
        said = (f"{data} from {a[measure]:.3f} to {b[measure]:.3f}" for data, (a, b) in shown.items())  # fmt: skip
        told.append(f"{title}: {', '.join(said)}")
    sheet = Sheet(432, f"Without and with the correction. {'; '.join(told)}")
    for title, measure, left in halves:
        sheet.text(left + 272, 28, title, at="middle", bold=True)
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
    sheet.text(0, 426, "left: no interval of a gain reaches 0; right: no intervals were stored", size=24, color=QUIET)  # fmt: skip
    return sheet


FIXED, SERVED = "in-batch, negatives, no n", "uncorrected, λ log Q when serving"
FAIR = "usual correction, λ log Q when serving"  # released code with a λ of its own


def four_leads() -> Sheet:
    stored = results.load("11_rivals").values
    groups = (
        ("released code over Yi", "", f"{FIXED} over in-batch, all logits (Yi)"),
        ("uncorrected + λ, over released code, no λ", "", f"{SERVED} over {FIXED}"),
        ("uncorrected + λ, over released code + λ", "(run on Gowalla only)", f"{SERVED} over {FAIR}"),
    )  # fmt: skip
    zero, times, y, told = 300, 21000, 28, []
    tick, sheet = zero + 0.02 * times, Sheet(382, "")
    for title, where, name in groups:
        sheet.text(0, y, title, bold=True)
        sheet.text(1158, y, where, at="end", color=QUIET)
        for data, part in stored.items():
            if (lead := part["leads"].get(name)) is None:
                continue
            y += 41
            low, mid, high = (zero + times * lead[x] for x in ("low", "gap", "high"))
            better, worse = lead["low"] > 0, lead["high"] < 0
            color = POSITIVE if better else NEGATIVE if worse else CONTEXT
            sheet.line(zero, y - 30, zero, y + 11)
            sheet.line(tick, y - 30, tick, y + 11, color="#dfe2e6", wide=2)
            said = "films" if data == "MovieTweetings" else data
            sheet.text(20, y, said)
            sheet.line(low, y - 9, high, y - 9, color=color, wide=9)
            sheet.dot(mid, y - 9, 12, color)
            said = f"{lead['gap']:+.3f}".replace("-", "−")
            said += "" if better or worse else ", cannot tell"
            sheet.text(1158, y, said, at="end", bold=better or worse)
            told.append(f"{title}, {data}: {said}")
        y += 50
    sheet.text(tick, y - 10, "+0.02", at="middle", size=24, color=QUIET)
    sheet.text(zero, y - 10, "no difference in NDCG@20", at="middle", size=24, color=QUIET)
    sheet.alt = f"Differences of NDCG@20. {'; '.join(told)}"
    return sheet


def rare_on_gowalla() -> Sheet:
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    rows = (("uncorrected + λ", SERVED, ITEM), ("released code + λ", FAIR, CONTEXT), ("released code, no λ", FIXED, CONTEXT))  # fmt: skip
    sheet, told = Sheet(116, ""), []
    sheet.text(0, 50, "rare places found,\nGowalla: recall@20", bold=True)
    for k, (name, model, color) in enumerate(rows):
        y, value = 4 + 38 * k, models[model]["tail recall"]
        sheet.text(590, y + 26, name, at="end")
        sheet.bar(610, y, 2600 * value, 32, color)
        sheet.text(624 + 2600 * value, y + 26, f"{value:.3f}", bold=True)
        told.append(f"{name} {value:.3f}")
    sheet.alt = f"Recall at 20 of rare places on Gowalla: {', '.join(told)}"
    return sheet


def three_answers() -> Sheet:
    """Draw each way beside no correction, in the sense in which it is right."""
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    plain, served = models["in-batch, no correction"], models["uncorrected, λ log Q when serving"]
    halves = dict(zip(("gradient", "logit"), (dict(zip(NAMES, values, strict=True)) for _, values in SIXTEEN), strict=True))  # fmt: skip
    logit, gradient = halves["logit"], halves["gradient"]
    rows = (
        ("as a teacher", "− log Q\nin every column", POSITIVE, (("four items: a learned logit is off by", logit["none"], logit["Yi"], 2, 400),)),
        ("as an estimate", "− log nQ off the\nnegatives, hits out", USER, (("four items: one positive's gradient is off by", gradient["none"], gradient["nQ, hits out"], 2, 400),)),
        ("when serving", f"+ λ log Q\n(Gowalla: λ = {served['knobs']['weight']:g})", ITEM, (("Gowalla: NDCG@20", plain["ndcg"], served["ndcg"], 3, 1000), ("rare: recall@20", plain["tail recall"], served["tail recall"], 3, 1000))),
    )  # fmt: skip
    sheet, told = Sheet(386, ""), []
    for k, (name, said, color, measured) in enumerate(rows):
        y = 4 + 114 * k
        sheet.box(2, y + 8, 236, 84, fill=TINT[color], edge=color)
        sheet.text(120, y + 59, name, at="middle", bold=True)
        sheet.text(252, y + 44, said)
        for j, (head, none, way, digits, times) in enumerate(measured):
            x = 540 + 325 * j
            sheet.text(x, y + 20, head, size=24, color=QUIET)
            for low, value, shade in ((30, none, CONTEXT), (64, way, color)):
                sheet.bar(x, y + low, times * value, 28, shade)
                sheet.text(x + max(times * value, 2) + 12, y + low + 23, f"{value:.{digits}f}", size=24, bold=shade == color)  # fmt: skip
            told.append(f"{name}, {head} {way:.{digits}f}, with no correction {none:.{digits}f}")
    sheet.bar(2, 356, 34, 20, CONTEXT)
    sheet.text(48, 375, "no correction", size=24, color=QUIET)
    sheet.bar(252, 356, 34, 20, ITEM)
    sheet.text(298, 375, "trained anew with λ in view; your own model may gain less", size=24, color=QUIET)  # fmt: skip
    sheet.alt = "; ".join(told)
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
    "found and rare": found_and_rare,
    "four leads": four_leads,
    "three answers": three_answers,
    "rare on Gowalla": rare_on_gowalla,
}
