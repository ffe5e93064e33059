"""Drawings for the hour of lesson 18, at its end: what a log can answer, and what people say."""

from __future__ import annotations

from statistics import mean

from graphrec_utils import results
from graphrec_utils.authoring.slides.sketch import QUIET, TINT, Sheet
from graphrec_utils.style import INK, ITEM, NEGATIVE, POSITIVE, USER


def traps() -> Sheet:
    sheet = Sheet(
        430, "Chances raised: the rarest drawn with chance 0.008 on average, written down 0.05. The log could have drawn 6 percent of pictures and 63 of half shown again"
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
        y = 196 + 124 * k
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
        4, 366, "Four graph and sequence models beside the three brought fewer saves.", size=28
    )
    return sheet


def people_first() -> Sheet:
    stored = results.load("18_people").values
    rows = stored["policies"] | stored["beside"]
    tuned = results.load("18_people_tuned").values["policies"]["people"]
    shown = ("three, then the ranker", "seven, then the ranker", "the ranker alone", "three fused", "seven fused", "iALS")  # fmt: skip
    lifts = {name: mean(rows[name]["lift"]) for name in shown}
    with_people = {name: mean(tuned[name]["lift"]) for name in shown if name.startswith("seven")}
    told = "; ".join(f"{name} {lift:.0%}" for name, lift in lifts.items())
    sheet = Sheet(
        446, f"More saves than item2item: {told}; sevens with knobs chosen with people are longer"
    )
    sheet.text(400, 28, "more saves than item2item, with people", bold=True)
    for k, (name, lift) in enumerate(lifts.items()):
        y = 42 + 60 * k
        sheet.text(385, y + 33, name, at="end", bold=not k)
        more = with_people.get(name, lift)
        if more > lift:
            sheet.box(400, y + 1, 3350 * more, 46, fill="#fff", edge=POSITIVE, dashed=True, round=0)
        sheet.bar(400, y, 3350 * lift, 48, ITEM if "ranker" in name else USER)
        said = f"{lift:.0%}" + (f" ({more:.0%})" if more > lift else "")
        sheet.text(414 + 3350 * more, y + 33, said, bold=True)
    sheet.line(400, 38, 400, 396, wide=2)
    sheet.text(
        400, 434, "dashed: knobs of their parts chosen with people", color=POSITIVE, bold=True
    )
    return sheet


DRAWINGS = {
    "three traps": traps,
    "ask in this order": ask_in_order,
    "people, in order": people_first,
    "to take home": to_take_home,
}
