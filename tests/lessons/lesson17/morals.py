"""What the morals of lesson 17 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, behind, of, open_


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


def products() -> bool:
    leads = of("17_features")["PinWorld"]["leads"]
    return ahead(leads["iALS: products over baseline"]) and not ahead(
        leads["iALS: U over baseline"]
    )


MORALS = {
    "Bring the history, and weigh its events. Before a network may ask, write down what you would ask": events,
    "A click needs eyes: tell the loss, or the model, whether there were any": eyes,
    "Try the product, not only the vectors, and the baseline's columns first": products,
}
