"""Drawings for the hour of lesson 18, at its end: what a log can answer, and what people say."""

from __future__ import annotations

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
        ("pictures", "what it shows was hardly ever drawn", 0.06),
        ("half shown again", "half of the time yesterday's pin: never drawn", 0.63),
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
    asked = ("candidate by pictures", "pictures", "half shown again")
    told = "; ".join(f"{x}: {stored[x]['in the log']:.0%}" for x in asked)
    sheet = Sheet(
        430,
        f"First ask what could be drawn, then for the effective size, then for the estimate. {told}",
    )
    heads = (("1. could be drawn", 470), ("2. effective size", 760), ("3. DR is off by", 1030))
    for name, x in heads:
        sheet.text(x, 32, name, at="middle", bold=True)
    for k, name in enumerate(asked):
        row, y = stored[name], 104 + 112 * k
        good = row["in the log"] == 1
        color = POSITIVE if good else NEGATIVE
        sheet.text(4, y + 9, name, bold=True)
        sheet.box(370, y - 40, 200, 80, fill=TINT[color], edge=color)
        sheet.text(470, y + 11, f"{row['in the log']:.0%}", at="middle", bold=True, size=32)
        sheet.line(580, y, 650, y, head=True, wide=5, color=color)
        sheet.text(760, y + 10, f"{row['size']:,.0f} rows" if good else "stop here", at="middle", bold=True, size=30, color=INK if good else NEGATIVE)  # fmt: skip
        sheet.text(1030, y + 10, f"{row['DR']['bias']:+.0%}".replace("+0%", "0%"), at="middle", bold=good, size=32, color=POSITIVE if good else QUIET)  # fmt: skip
    sheet.text(4, 420, "278 of 20,000 rows: right on average, and one log scatters", color=QUIET)
    return sheet


def ten_policies() -> Sheet:
    stored = results.load("18_off_policy").values["policies"]
    off = {name.removeprefix("any candidate, "): row["DR"]["bias"] for name, row in stored.items()}
    told = "; ".join(f"{name} {x:+.0%}" for name, x in off.items())
    sheet = Sheet(448, f"How far DR is off, of ten policies: {told}")

    def at(x: float) -> float:
        return 470 + 820 * x

    sheet.box(at(-0.05), 34, at(0.05) - at(-0.05), 410, fill=TINT[POSITIVE], edge=TINT[POSITIVE], round=0)  # fmt: skip
    sheet.text(at(0), 26, "within 5 %", at="middle", bold=True, size=24, color=POSITIVE)
    sheet.line(at(0), 34, at(0), 444)
    for k, (name, x) in enumerate(off.items()):
        y = 56 + 41 * k
        good = abs(x) < 0.05
        sheet.text(400, y + 9, name, at="end", size=24, bold=not good)
        sheet.dot(at(x), y, 12, USER if good else NEGATIVE)
        if not good:
            sheet.text(at(x) + 26, y + 9, f"{x:+.0%} too much", bold=True, color=NEGATIVE)
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
    shown = ("three, then the ranker", "seven, then the ranker", "the ranker alone", "three fused", "seven fused", "iALS")  # fmt: skip
    lifts = {name: sum(rows[name]["lift"]) / len(rows[name]["lift"]) for name in shown}
    told = "; ".join(f"{name} {lift:.0%}" for name, lift in lifts.items())
    sheet = Sheet(440, f"More saves than item2item: {told}")
    sheet.text(400, 28, "more saves than item2item, with people", bold=True)
    for k, (name, lift) in enumerate(lifts.items()):
        y = 46 + 66 * k
        color = ITEM if "ranker" in name else USER
        sheet.text(385, y + 35, name, at="end", bold=not k)
        sheet.bar(400, y, 3500 * lift, 50, color)
        sheet.text(414 + 3500 * lift, y + 35, f"{lift:.0%}", bold=True)
    sheet.line(400, 40, 400, 436, wide=2)
    return sheet


DRAWINGS = {
    "three traps": traps,
    "ask in this order": ask_in_order,
    "people, in order": people_first,
    "ten policies": ten_policies,
    "to take home": to_take_home,
}
