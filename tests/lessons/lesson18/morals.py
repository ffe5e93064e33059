"""What the morals of lesson 18 rest on."""

from __future__ import annotations

from itertools import combinations, pairwise

from tests.lessons.evidence import ahead, behind, of, printed

ESTIMATES = ("IPS", "SNIPS", "DR")


def one_vote_each() -> bool:
    weak, good = (printed("18", two)[-1] for two in ("iALS + pictures", "iALS + L3"))
    fused, alone = printed("18", "fused")[0], printed("18", "iALS", 7)[0]
    # with pictures any pair falls below every pair without them
    names = ("item2item", "iALS", "L3")
    with_pictures = max(printed("18", f"{x} + pictures")[-1] for x in names)
    without = min(printed("18", f"{x} + {y}")[-1] for x, y in combinations(names, 2))
    return weak < alone and fused < alone <= good and with_pictures < without


def log_and_people() -> bool:
    l3, control = printed("18", "L3", 4), printed("18", "item2item", 6)  # NDCG@20, lift, from, to
    steps = [
        printed("18", "iALS", 7),
        *(printed("18", x) for x in ("two fused", "fused", "three fused")),
    ]
    # each step to the left on the log is a step up with people
    left = all(a[0] > b[0] and a[1] < b[1] for a, b in pairwise(steps))
    return l3[0] > control[0] and l3[3] < 0 and left


def a_log_answers() -> bool:
    rows = of("18_off_policy")["policies"]
    untrue = rows.pop("any candidate, chances raised")
    inside, outside = (
        [r for r in rows.values() if r["in the log"] == 1],
        [r for r in rows.values() if r["in the log"] < 1],
    )
    worst = max(abs(r[x]["bias"]) for r in inside for x in ESTIMATES)
    lie = min(max(abs(r[x]["bias"]) for x in ESTIMATES) for r in outside)
    # the effective size comes second: it does not warn of a policy that the log could not have drawn
    hidden = max(r["size"] for r in outside) > min(r["size"] for r in inside)
    # the mean of the weights (IPS over SNIPS) is 1 where nothing is missing, and catches all three
    near = {
        x: (1 + r["IPS"]["bias"]) / (1 + r["SNIPS"]["bias"])
        for x, r in (rows | {"raised": untrue}).items()
    }
    alarm = {x: near.pop(x) for x in ("raised", "pictures", "half shown again")}
    told = [round(x, 2) for x in alarm.values()]
    noise = [r["IPS"]["spread"] for r in sorted(inside, key=lambda r: r["size"])]
    # of false chances DR is right since its model is; of what the log never draws nobody but IPS, by luck
    saved = max(abs(untrue[x]["bias"]) for x in ("DR", "model"))
    again = {x: rows["half shown again"][x]["bias"] for x in ESTIMATES}
    best = max(rows, key=lambda x: rows[x]["truth"])  # among pins that others name
    # the shortest bar of all stands where the estimate is half too low
    shortest = untrue["IPS"]["spread"] < min(
        r[x]["spread"] for r in rows.values() for x in ("IPS", "DR")
    )
    return (
        worst < 0.02
        and lie > 0.5
        and hidden
        and told == [0.53, 0.06, 0.63]
        and all(abs(x - 1) < 0.02 for x in near.values())
        and best == "candidate by pictures"
        and shortest
        and noise == sorted(noise, reverse=True)
        and untrue["IPS"]["bias"] < -0.4
        and saved < 0.01
        and min(again["SNIPS"], again["DR"]) > 0.5
        and abs(again["IPS"]) < 0.01
    )


def halves_feed_each_other() -> bool:
    leads = of("18_interference")["leads"]
    return behind(leads["users over truth"]) and behind(leads["clusters over truth"])


def a_ranker_over_votes() -> bool:
    values = of("18_people")
    tuned = of("18_people_tuned")
    over = [values["ranker over fused"], values["leads"]["seven, then the ranker over three fused"]]
    over += [
        values["leads"]["three fused over seven fused"],
        tuned["leads"]["three fused over seven fused"],
    ]
    rows = tuned["policies"]
    knobs = all(
        max(rows["log"][x]["high"]) < 0 < min(rows["people"][x]["low"])
        for x in ("PinSage", "Pixie")
    )
    # what the log and people chose differs in one knob, how much popular pins are favored
    by = tuned["chosen"]
    differ = {x: [k for k, v in by["log"][x].items() if by["people"][x][k] != v] for x in by["log"]}
    knobs = knobs and differ == {"Pixie": ["divided"], "PinSage": ["added"], "SASRec": []}
    # each of the three is better with the log's knobs than with its lesson's; the ranker alone does no worse than three fused
    helped = all(
        min(rows["log"][x]["low"]) > max(values["policies"][x]["high"])
        for x in ("PinSage", "Pixie", "SASRec")
    )
    alone = not behind(values["leads"]["the ranker alone over three fused"])
    # best are the two together
    over += [values["leads"]["three, then the ranker over three fused"]]
    lifts = {x: sum(row["lift"]) for x, row in (values["policies"] | values["beside"]).items()}
    together = max(lifts, key=lifts.get) == "three, then the ranker"
    return knobs and helped and alone and together and all(ahead(lead) for lead in over)


MORALS = {
    "Each voice has one vote: on the log a weak one takes the list down": one_vote_each,
    "Who is better at telling what a log will hold need not be better for people": log_and_people,
    "A log answers for what it could have drawn, if its chances are true": a_log_answers,
    "Let generators fetch, and let a ranker that knows the person put in order": a_ranker_over_votes,
    "In a graph the halves of an experiment feed each other. What it says is not what switching over brings": halves_feed_each_other,
}
