"""Drawings for the hour of lesson 18, at its end: what a log can answer, and what people say."""

from __future__ import annotations

from statistics import mean

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import INK, ITEM, NEGATIVE, POSITIVE, USER


def traps() -> Sheet:
    sheet = Sheet(
        388, "Chances raised: the rarest drawn with chance 0.008 on average, written down 0.05. The log could have drawn 6 percent of pictures and 63 of half shown again"
    )  # fmt: skip
    sheet.text(4, 34, "chances raised", bold=True)
    sheet.text(400, 34, "the log wrote down a false chance")
    for k, (name, value, color) in enumerate((("the rarest, drawn with", 0.008, USER), ("written down", 0.05, NEGATIVE))):  # fmt: skip
        y = 52 + 52 * k
        sheet.text(385, y + 30, name, at="end", size=24)
        sheet.bar(400, y, 12000 * value, 42, color)
        sheet.text(415 + 12000 * value, y + 30, f"{value:g}")
    rows = (
        ("pictures", "what it shows could hardly be drawn", 0.06),
        ("half shown again", "yesterday's pin, half of the time, if not saved", 0.63),
    )
    for k, (name, why, share) in enumerate(rows):
        y = 184 + 112 * k
        sheet.text(4, y + 12, name, bold=True)
        sheet.text(400, y + 12, why)
        sheet.text(385, y + 66, "could be drawn", at="end", size=24)
        sheet.bar(400, y + 34, 700 * share, 46, USER)
        sheet.box(400 + 700 * share, y + 35, 700 * (1 - share), 44, fill="#fff", edge=NEGATIVE, dashed=True, round=0)  # fmt: skip
        sheet.text(388 + 700 * share if k else 455, y + 66, f"{share:.0%}", at="end" if k else "start", color="#fff" if k else USER, bold=True)  # fmt: skip
    return sheet


def ask_in_order() -> Sheet:
    stored = results.load("18_off_policy").values["policies"]
    asked = (
        "candidate by pictures",
        "pictures",
        "half shown again",
        "any candidate, chances raised",
    )
    told = "; ".join(f"{x}: {stored[x]['in the log']:.0%}" for x in asked)
    sheet = Sheet(
        446,
        f"First ask what could be drawn, then for the effective size, then for the estimate. {told}",
    )
    heads = (("1. could be drawn", 470), ("2. effective size", 760), ("3. off by", 1030))
    for name, x in heads:
        sheet.text(x, 32, name, at="middle", bold=True)
    for k, name in enumerate(asked):
        row, y = stored[name], 84 + 90 * k
        good, false = row["in the log"] == 1, name.endswith("raised")
        color = POSITIVE if good else NEGATIVE
        sheet.text(4, y + 9, name.removeprefix("any candidate, "), bold=True)
        sheet.box(370, y - 34, 200, 68, fill=TINT[color], edge=color)
        sheet.text(470, y + 11, f"{row['in the log']:.0%}", at="middle", bold=True, size=32)
        sheet.line(578, y, 640, y, head=True, wide=5, color=color)
        sheet.text(770, y + 10, f"{row['size']:,.0f} rows" if good else "stop here", at="middle", bold=True, size=28, color=INK if good else NEGATIVE)  # fmt: skip
        kind = "IPS" if false else "DR"
        off = f"{row[kind]['bias']:+.0%}".replace("+0%", "0%").replace("-", "−")
        if false:  # DR is saved by its model, not by its weights
            by_model = f"{row['DR']['bias']:+.0%}".replace("-", "−")
            sheet.text(
                1030, y + 42, f"DR: {by_model}, by its model", at="middle", size=24, color=QUIET
            )
        sheet.text(1030, y + 10, f"{kind}: {off}", at="middle", bold=good, size=30, color=NEGATIVE if false else POSITIVE if good else QUIET)  # fmt: skip
    sheet.text(4, 434, "the chances are false: the mean of the weights, 0.53, warns", color=NEGATIVE, bold=True)  # fmt: skip
    return sheet


def to_take_home() -> Sheet:
    sheet = Sheet(
        400, "Three generators bring candidates, fused they bring 14 percent more saves, with a ranker on top 19; an experiment says so"
    )  # fmt: skip
    steps = (("generators\nfetch", "three simple ones", USER), ("one list\nby ranks", "+14% saves", USER), ("a ranker\norders", "+19% saves", ITEM), ("an experiment\nsays so", "with people", POSITIVE))  # fmt: skip
    for k, (said, gain, color) in enumerate(steps):
        x = 4 + 298 * k
        sheet.box(x, 30, 250, 130, fill=TINT[color], edge=color)
        sheet.text(x + 125, 86, said, at="middle", bold=True)
        sheet.text(x + 125, 210, gain, at="middle", bold="%" in gain, size=30 if "%" in gain else 26)  # fmt: skip
        if k < 3:
            sheet.line(x + 254, 95, x + 294, 95, head=True, wide=5, color=INK)
    sheet.text(4, 310, "beside item2item", color=QUIET)
    sheet.text(
        4, 366, "Four graph and sequence models beside the three brought no more saves.", size=28
    )
    return sheet


def who_chose() -> Sheet:
    stored = results.load("18_people").values["policies"]
    tuned = results.load("18_people_tuned").values["policies"]
    marks = (
        ("the lesson", stored, INK),
        ("the log", tuned["log"], ITEM),
        ("people", tuned["people"], POSITIVE),
    )
    names = ("LightGCN", "PinSage", "Pixie", "SASRec")
    lifts = {name: [mean(part[name]["lift"]) for _, part, _ in marks if name in part] for name in names}  # fmt: skip
    told = "; ".join(f"{name} {', '.join(f'{x:.0%}' for x in row)}" for name, row in lifts.items())
    sheet = Sheet(
        446, f"Saves beside item2item, knobs of the lesson, of the log, of people: {told}"
    )

    def at(x: float) -> float:
        return 940 + 1500 * x

    sheet.text(4, 28, "knobs chosen by", bold=True)
    for k, (who, _, color) in enumerate(marks):
        sheet.dot(270 + 230 * k, 20, 11, color)
        sheet.text(290 + 230 * k, 28, who, bold=True, color=color)
    sheet.line(at(0), 56, at(0), 400, wide=4)
    sheet.text(at(0), 434, "item2item, with people", at="middle", color=QUIET)
    for k, (name, row) in enumerate(lifts.items()):
        y = 112 + 84 * k
        sheet.text(4, y + 9, name, bold=True)
        sheet.line(at(min(row)), y, at(max(row)), y, wide=3)
        for j, x in enumerate(row):
            same = j == 2 and abs(x - row[1]) < 0.0005
            sheet.dot(at(x), y, 15 if not same else 9, marks[j][2])
            if not same:
                said = f"{x:+.0%}".replace("-", "\N{MINUS SIGN}")
                sheet.text(at(x), y - 24, said, at="middle", bold=True, color=marks[j][2])
    return sheet


DRAWINGS = {
    "three traps": traps,
    "ask in this order": ask_in_order,
    "who chose the knobs": who_chose,
    "to take home": to_take_home,
}
