"""Who takes part: how each method is fitted on a table, and the grid of its knobs.

The knobs are those of the lessons. Whatever is fitted may forget: `share` is the latest part of the events that it is
fitted on, while its users are asked with their whole history; SASRec learns late events more often instead. Vectors have DIM numbers, in every method that has some.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphrec_utils.advise import fits, trained
from graphrec_utils.advise.fits import DIM
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines

EASE_ITEMS = 10_000
SHARE = [0.01, 0.03, 0.1, 0.3, 1.0]
NATURAL = {
    "share": [1.0],
    "beta": [0.0],
    "alpha": [0.0],
    "popular": [0.0],
    "half": [0.0],
    "half_life": [1.0],
}  # nothing beyond


@dataclass(frozen=True)
class Contestant:
    """One method of the comparison.

    Attributes:
        name: as in `methods.TABLE`.
        fit: of the past, and for a trained one `score`, `epochs` and `tick`, with the knobs of the grid.
        grid: knob -> values.
        trained: by epochs, as long as validation gains.
        personal: it knows the user.
        d: numbers per user and item, or None.
        cubic: a fit takes as long as there are items, to the third power, and not as long as there are events.
    """

    name: str
    fit: Callable[..., Any]
    grid: dict[str, Sequence] = field(default_factory=dict)
    trained: bool = False
    personal: bool = True
    d: int | None = None
    cubic: bool = False


def contestants(events: Interactions, order: str) -> tuple[list[Contestant], dict[str, str]]:
    """Return who can take part on a table, the quick ones first, and name -> why another cannot.

    Args:
        order: where the order of a user's events is known from, see `profile.order_of`.
    """
    timed = events.times is not None
    share = {"share": SHARE} if timed else {}
    there = [Contestant("popularity", baselines.popularity, personal=False)]
    out: dict[str, str] = {}
    if timed:
        there.append(Contestant("recent", fits.recent_popularity, {
            "half_life": [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]}, personal=False))  # fmt: skip
    else:
        out["recent"] = "there are no times"
    there += [
        Contestant("item2item", fits.item2item, {"shrinkage": [1, 3, 10, 30, 100, 300], "neighbors": [30, 100, 300, 1000]} | share),
        Contestant("RP3β", fits.rp3beta, {"alpha": [0.0, 0.25, 0.5, 1.0], "beta": [0.0, 0.2, 0.4, 0.6, 0.8]} | share),
    ]  # fmt: skip
    if events.num_items <= EASE_ITEMS:
        there.append(
            Contestant(
                "EASE",
                fits.of_ease,
                {"reg": [10, 30, 100, 300, 1000, 3000, 10_000]} | share,
                cubic=True,
            )
        )
    else:
        out["EASE"] = (
            f"{events.num_items:,} items; its matrix would have the square of that, and {EASE_ITEMS:,} are the limit"
        )
    if events.item_features is not None:
        there.append(Contestant("content", fits.by_content, {
            "popular": [0.0, 0.03, 0.1, 0.3, 1.0], "half": [0.0, 0.25, 0.5, 1.0]}))  # fmt: skip
    else:
        out["content"] = out["encoder of content"] = "no table of items was given (--items)"
    there.append(Contestant("iALS", fits.of_ials, {
        "alpha0": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]} | share, d=DIM))  # fmt: skip
    there.append(Contestant("LightGCN", trained.of_lightgcn, {
        "lr": [0.003, 0.01, 0.03], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]} | share, trained=True, d=DIM))  # fmt: skip
    if order:
        more = {"half_life": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]} if timed else {"dropout": [0.1, 0.2, 0.4]}  # fmt: skip
        there.append(Contestant("SASRec", trained.of_sasrec, {
            "lr": [0.0003, 0.001, 0.003, 0.01]} | more, trained=True, d=DIM))  # fmt: skip
    else:
        out["SASRec"] = "the order of a user's events is not known"
    if events.item_features is not None:
        there.append(Contestant("encoder of content", trained.of_encoder, {
            "lr": [0.0003, 0.001, 0.003, 0.01], "ids": [True, False]} | share, trained=True, d=DIM))  # fmt: skip
    return there, out
