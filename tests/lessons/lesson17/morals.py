"""What the morals of lesson 17 rest on."""

from __future__ import annotations

import json
from importlib.resources import files

from tests.lessons.evidence import ahead, behind, of, open_, printed


def order_and_number() -> bool:
    """What came out where the lesson asks about a model that is four times as sure (17.p2)."""
    keys = json.loads(
        files("graphrec_utils.lessons.lesson17").joinpath("measured.json").read_text()
    )
    return keys["17.p2"] == "AUC stays"


def pair() -> bool:
    pins, all_ = (printed("17", "user + pin", nth)[0] for nth in (0, 1))  # the RCE of both rows
    return all_ / 2 < pins < all_


def dates() -> bool:
    older, fresher = of("17_features")["PinWorld"]["leak"].values()
    return fresher["RCE, train"] > older["RCE, train"] and fresher["RCE, test"] < 0


def events() -> bool:
    leads = of("17_history")["PinWorld"]["all"]["leads"]
    return (
        ahead(leads["alone over mean"])
        and open_(leads["asks over alone"])
        and behind(leads["asks over by hand"])
        and ahead(leads["by hand over columns"])
    )


def eyes() -> bool:
    leads = of("17_bias")["leads"]
    return ahead(leads["examined over clicks"]) and ahead(
        leads["position as a feature over clicks"]
    )


def loop() -> bool:
    shown = {
        arm: [run[-1]["pins shown"] for run in of("17_loop")[arm]] for arm in ("clicks", "once")
    }
    # dividing moves all three panels of the figure towards the lists in the true order of liking
    stored = of("17_loop")
    best = stored["the best there is"]
    towards = [
        abs(run[-1][what] - best[what]) < abs(other[-1][what] - best[what])
        for what in ("liked", "pins shown", "top tenth of creators")
        for run, other in zip(stored["examined"], stored["once"], strict=True)
    ]
    return sum(shown["clicks"]) < 0.65 * sum(shown["once"]) and all(towards)


def products() -> bool:
    leads = of("17_features")["PinWorld"]["leads"]
    return ahead(leads["iALS: products over baseline"]) and not ahead(
        leads["iALS: U over baseline"]
    )


MORALS = {
    "Order and number are two things: a ranker may have the first and lack the second": order_and_number,
    "What everybody likes gets far. What this user likes about this pin gets further": pair,
    "A feature has to be older than the labels that it helps to predict": dates,
    "A click needs eyes: tell the loss how likely they were, or tell the model the place": eyes,
    "A ranker writes its own training data. Watch what it stops showing": loop,
    "Try the product, not only the vectors, and the baseline's columns first": products,
    "Give the events of a history weights. And before a network learns to ask, write down what you would ask": events,
}
