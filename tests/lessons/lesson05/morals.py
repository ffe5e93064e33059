"""What the morals of lesson 05 rest on."""

from __future__ import annotations

import numpy as np

from graphrec_utils.models import ngcf
from tests.lessons.evidence import of, printed


def part() -> bool:
    gains = of("05_ngcf_movietweetings")["test, mean, gain over BPR-MF, its error"]
    _, gain, error = gains["NGCF without W, σ"]["recall"]  # layers over a table of the same size

    # "falls from epoch 5 on while its loss falls, its relative's rises for 20 epochs": means of three seeds
    def curve(name, what):
        stored = of("05_ngcf_movietweetings")
        assert stored["curve epochs"][0] == 5 and stored["curve epochs"][3] == 20
        return np.mean([x[what] for x in stored["curves"] if x["model"] == name], axis=0)

    ngcf_recall, its_loss = curve("NGCF", "recall"), curve("NGCF", "loss")
    relative = curve("NGCF without W, σ", "recall")
    falls = (
        ngcf_recall.argmax() == 0
        and round(float(ngcf_recall[0]), 2) == 0.27
        and round(float(ngcf_recall[-1]), 2) == 0.25
        and (np.diff(its_loss) < 0).all()
        and (np.diff(relative[:4]) > 0).all()
        and relative.argmax() == 3
    )

    # "not only slow to fit": at a training loss of 0.15 NGCF finds 0.247 on validation, without W, σ 0.289, seed by seed
    def at(name):
        curves = [x for x in of("05_ngcf_movietweetings")["curves"] if x["model"] == name]
        places = [next(k for k, y in enumerate(x["loss"]) if y < 0.157) for x in curves]
        assert all(0.145 < x["loss"][k] < 0.157 for x, k in zip(curves, places, strict=True))
        return [x["recall"][k] for x, k in zip(curves, places, strict=True)]

    whole, without = at("NGCF"), at("NGCF without W, σ")
    return (
        falls
        and round(float(np.mean(whole)), 3) == 0.247
        and round(float(np.mean(without)), 3) == 0.289
        and max(whole) < min(without)
        and gain > 3 * error
        and all(
            gains[x]["recall"][0] > gains["NGCF"]["recall"][0]
            for x in ("NGCF without W, σ", "BPR-MF, d = 96")
        )
    )


def both_ends() -> bool:
    """Figure 5.2: what Brazil tells Ann and Bob, with the product and without."""
    brazil, fans = np.array([1, 0.6, -0.5, 0.8]), np.array([[0.9, -0.2, 0.5, -0.8], [-0.6, 0.9, 0.4, 0.7]])  # fmt: skip
    with_, without = (brazil * (1 + c * fans) for c in (1, 0))
    return (with_[0] != with_[1]).all() and (without[0] == without[1]).all()


def in_the_table() -> bool:
    first, layers = ngcf.num_parameters(29_858 + 40_981, [64] * 4)
    return layers < 0.01 * first


MORALS = {
    "With the product a message depends on both ends": both_ends,
    "Nearly all that NGCF learns is a table of vectors, as in lesson 02": in_the_table,
    "A part that looks clever may cost more than it brings. Ask every paper for the same model without it, and for a simple one of equal width": part,
    "A table of relatives orders a family. Only strangers tell what the family is worth, so they stand in the tables of all lessons to come": lambda: (
        min(printed("05", "recall@20 of strangers:")[:3])
        > max(
            x["recall"][0]
            for x in of("05_ngcf_movietweetings")[
                "test, mean, gain over BPR-MF, its error"
            ].values()
        )
    ),
}
