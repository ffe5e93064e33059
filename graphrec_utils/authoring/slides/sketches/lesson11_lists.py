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
        ("found: NDCG@20", "ndcg", 160, 2450),
        ("rare (least popular 4/5): recall@20", "tail recall", 650, 2000),
    )
    shown = {}
    for data in ("Gowalla", "PinWorld", "MovieTweetings"):
        models = {row["model"]: row for row in stored[data]["models"]}
        shown["films" if data == "MovieTweetings" else data] = [models[way] for way in ways]
    sheet, told = Sheet(366, ""), []
    for title, measure, left, times in halves:
        sheet.text(left, 30, title, bold=True)
        sheet.line(left, 52, left, 308)
        sheet.text(left, 332, "0", at="middle", size=24, color=QUIET)
        pairs = []
        for k, (data, rows) in enumerate(shown.items()):
            y, (a, b) = 116 + 86 * k, (row[measure] for row in rows)
            color = POSITIVE if b > a else NEGATIVE
            start, end = left + times * a, left + times * b
            little = abs(end - start) < 30  # a head as large as the others would hide the dot
            sheet.line(start, y, end, y, color=color, wide=2 if little else 7, head=True)
            sheet.dot(start, y, 7 if little else 10, CONTEXT)
            far = max(start, end, left + 200)  # a short one has its numbers at the line
            sheet.text(far, y - 20, f"{a:.3f} → {b:.3f}", at="end", size=24, color=color, bold=True)
            pairs.append(f"{data} from {a:.3f} to {b:.3f}")
        told.append(f"{title}: {', '.join(pairs)}")
    for k, data in enumerate(shown):
        sheet.text(0, 125 + 86 * k, data, bold=True)
    sheet.dot(12, 348, 10, CONTEXT)
    sheet.text(34, 357, "no correction; the arrow ends at released code; no interval of a change reaches 0", size=24, color=QUIET)  # fmt: skip
    sheet.alt = f"Without and with the correction. {'; '.join(told)}"
    return sheet


PLAIN = "in-batch, no correction"
FIXED, SERVED = "in-batch, negatives, no n", "uncorrected, λ log Q when serving"
YI = "in-batch, all logits (Yi)"
FAIR = "usual correction, λ log Q when serving"  # released code with a λ of its own


def exact_lead() -> Sheet:
    """Draw what a reader has to know of leads over released code, and that of Yi, which waits for a key."""
    stored, sheet = results.load("11_rivals").values["MovieTweetings"], Sheet(176, "")
    sheet.text(0, 30, "lead over\nreleased code, 95 %", bold=True, size=28)
    sheet.text(ZERO, 30, "no difference\nin NDCG@20", at="middle", size=24, color=QUIET)
    sheet.text(ZERO + TICK * TIMES, 30, f"+{TICK:g}", at="middle", size=24, color=QUIET)
    _ruler(sheet, 72, 176)
    sheet.text(0, 165, "exact on four items; run on films only", size=24, color=QUIET)
    told = _lead(sheet, 120, "Yi, films", stored["leads"][f"{YI} over {FIXED}"], waits=True)
    sheet.alt = f"Lead of the exact loss over released code, NDCG@20: {told}"
    return sheet


def served_leads() -> Sheet:
    """Draw the leads of λ when serving over released code, with intervals."""
    stored, told = results.load("11_rivals").values, []
    sheet = Sheet(286, "")
    sheet.line(0, 4, 1158, 4, color="#dfe2e6", wide=2)
    sheet.text(0, 42, "λ: no log Q in the loss, λ log Q when serving", size=24, color=QUIET)
    _ruler(sheet, 52, 286)
    for k, (data, each) in enumerate(stored.items()):
        (row,) = (row for row in each["models"] if row["model"] == SERVED)
        name = f"{'films' if data == 'MovieTweetings' else data} (λ = {row['knobs']['weight']:g})"
        told.append(_lead(sheet, 92 + 78 * k, name, each["leads"][f"{SERVED} over {FIXED}"]))
    sheet.alt = f"Leads over released code, NDCG@20: {'; '.join(told)}"
    return sheet


TIMES, ZERO, TICK = 15000, 470, 0.02  # pixels for a difference of 1; where there is none


def _lead(sheet: Sheet, y: float, name: str, lead, waits: bool = False) -> str:
    """Draw a difference with its interval, which may wait for the first key, and return it in words."""
    low, mid, high = (ZERO + TIMES * lead[x] for x in ("low", "gap", "high"))
    better, worse = lead["low"] > 0, lead["high"] < 0
    color = POSITIVE if better else NEGATIVE if worse else CONTEXT
    sheet.text(0, y + 9, name, bold=True)
    begin = len(sheet.inside)
    sheet.line(low, y, high, y, color=color, wide=9)
    sheet.dot(mid, y, 13, color)
    said = f"{lead['gap']:+.3f}, {'ahead' if better else 'behind' if worse else 'cannot tell'}"
    said = said.replace("-", "−")
    sheet.text(1158, y + 9, said, at="end", bold=better or worse)
    if waits:
        sheet.waits(begin)
    return f"{name}: {said}"


def _ruler(sheet: Sheet, top: float, low: float) -> None:
    """Draw the lines on which rows of leads stand."""
    at = ZERO + TICK * TIMES
    sheet.line(at, top, at, low, color="#dfe2e6", wide=2)
    sheet.line(ZERO, top, ZERO, low)


def found_and_paid() -> Sheet:
    """Draw what λ gives and costs on Gowalla, on whichever side it stands."""
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    rows = (("no correction", PLAIN, CONTEXT), ("released code", FIXED, CONTEXT), ("released code + λ", FAIR, ITEM), ("λ alone", SERVED, ITEM))  # fmt: skip
    halves = (("found: NDCG@20", "ndcg", 330), ("rare places: recall@20", "tail recall", 770))
    sheet, told = Sheet(380, ""), []
    for k, (name, model, color) in enumerate(rows):
        y, anew = 64 + 80 * k, color == ITEM
        sheet.text(0, y + 38 - 16 * anew, name, bold=anew)
        if anew:
            said = f"λ = {models[model]['knobs']['weight']:g}, trained anew"
            sheet.text(0, y + 54, said, size=24, color=QUIET)
    for head, measure, x in halves:
        begin = len(sheet.inside)
        sheet.text(x, 32, head, bold=True, size=28)
        for k, (name, model, color) in enumerate(rows):
            y, value = 64 + 80 * k, models[model][measure]
            sheet.bar(x, y, 1300 * value, 56, color)
            sheet.text(x + 1300 * value + 14, y + 38, f"{value:.3f}", bold=True)
            told.append(f"{name}, {head} {value:.3f}")
    sheet.waits(begin)  # who pays is asked
    sheet.alt = f"Gowalla. {'; '.join(told)}"
    return sheet


def three_answers() -> Sheet:
    """Draw each way beside no correction, in the sense in which it is right."""
    models = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    plain, served = models["in-batch, no correction"], models["uncorrected, λ log Q when serving"]
    halves = dict(zip(("gradient", "logit"), (dict(zip(NAMES, values, strict=True)) for _, values in SIXTEEN), strict=True))  # fmt: skip
    logit, gradient = halves["logit"], halves["gradient"]
    rows = (
        ("as a teacher", "Yi: − log Q\nin every column", POSITIVE, (("four items: a learned logit, its largest error", logit["none"], logit["Yi"], 2, 300),)),
        ("as an estimate", "nQ: − log nQ in the\nnegatives, hits out", USER, (("four items: one positive's gradient, its error", gradient["none"], gradient["nQ, hits out"], 2, 300),)),
        ("when serving", f"+ λ log Q: λ = {served['knobs']['weight']:g},\ntrained anew", ITEM, (("Gowalla: NDCG@20", plain["ndcg"], served["ndcg"], 3, 1000), ("rare: recall@20", plain["tail recall"], served["tail recall"], 3, 1000))),
    )  # fmt: skip
    sheet, told = Sheet(384, ""), []
    for k, (name, said, color, measured) in enumerate(rows):
        y = 4 + 114 * k
        sheet.box(2, y + 8, 236, 84, fill=TINT[color], edge=color)
        sheet.text(120, y + 59, name, at="middle", bold=True)
        sheet.text(252, y + 44, said)
        for j, (head, none, way, digits, times) in enumerate(measured):
            x = 540 + 325 * j
            sheet.text(x, y + 20, head, size=24, color=QUIET)
            hue = NEGATIVE if j else color  # of rare items fewer are found
            for low, value, shade in ((30, none, CONTEXT), (64, way, hue)):
                sheet.bar(x, y + low, times * value, 28, shade)
                plain = ", no correction" * (shade == CONTEXT and not k)  # gray, said once
                sheet.text(x + max(times * value, 2) + 12, y + low + 23, f"{value:.{digits}f}{plain}", size=24, bold=shade == hue)  # fmt: skip
            told.append(f"{name}, {head} {way:.{digits}f}, with no correction {none:.{digits}f}")
    sheet.text(0, 376, "released code: right in neither sense, yet it finds more than none, on all three data sets", size=24)  # fmt: skip
    sheet.alt = "; ".join(told)
    return sheet


def three_lists() -> Sheet:
    names = ("Alien", "Brazil", "Cube", "Drive", "Elf")
    hers, drawn = np.array([0.72, 0.06, 0.03, 0.16, 0.03]), np.array([0.49, 0.27, 0.12, 0.07, 0.05])  # of figure 11.3  # fmt: skip
    sheet, told, climbs = Sheet(400, ""), [], []
    for j, (amount, said) in enumerate(((0, "λ = 0: PMI"), (0.5, "λ = ½"), (1, "λ = 1: log p"))):
        left = 405 * j
        share = hers / drawn * drawn**amount
        share = share / share.sum()
        sheet.text(left + 90, 30, said, bold=True)
        for k, item in enumerate(np.argsort(-share, kind="stable")):
            y, first = 52 + 58 * k, not k
            moves = names[item] == "Brazil"  # the one that climbs most places
            climbs += [(left, y)] * moves
            sheet.text(left + 78, y + 31, names[item], at="end", size=24, bold=first)
            sheet.bar(left + 90, y, 240 * share[item], 42, ITEM)
            sheet.box(left + 90, y, 240 * drawn[item], 42, fill="none", edge=INK, dashed=True, round=0)  # fmt: skip
            end = left + 100 + 240 * max(share[item], drawn[item])
            sheet.text(end, y + 31, f"{share[item]:.2f}", size=24, bold=first)
        told.append(f"{said}: " + ", ".join(f"{names[i]} {share[i]:.2f}" for i in np.argsort(-share, kind="stable")))  # fmt: skip
    begin = len(sheet.inside)
    for k, (left, y) in enumerate(climbs):  # asked first
        if k:
            sheet.line(left - 170, climbs[k - 1][1] + 22, left, y + 22, color=USER, wide=4)
        sheet.bar(left + 2, y + 6, 80, 34, "#fff")
        sheet.text(left + 78, y + 31, "Brazil", at="end", size=24, bold=True, color=USER)
    sheet.waits(begin)
    sheet.bar(90, 362, 40, 24, ITEM)
    sheet.text(142, 383, "her list: softmax of s + λ log Q", size=24, color=QUIET)
    sheet.box(660, 362, 40, 24, fill="none", edge=INK, dashed=True, round=0)
    sheet.text(712, 383, "Q: how often it is drawn", size=24, color=QUIET)
    sheet.alt = f"Her list, best first. {'; '.join(told)}"
    return sheet


DRAWINGS = {
    "three lists": three_lists,
    "found and rare": found_and_rare,
    "exact lead": exact_lead,
    "served leads": served_leads,
    "found and paid": found_and_paid,
    "three answers": three_answers,
}
