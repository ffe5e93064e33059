"""What the morals of lesson 13 rest on."""

from __future__ import annotations

import torch

from graphrec_utils.lessons.lesson13.ex2_twhin_loss import the_port
from tests.lessons.evidence import ahead, mean, of, open_

RIVALS = ("iALS, same graph", "RP3β, same graph")


def a_loss_that_falls() -> bool:
    """The released loss falls on random edges, and most of the false ones are called likely; relations stay."""
    g = torch.Generator().manual_seed(0)
    tables = [torch.randn(n, 8, generator=g).requires_grad_() for n in (40, 40, 2)]
    before, r = tables[2].detach().clone(), torch.arange(40) % 2
    optimizer, seen = torch.optim.Adagrad(tables, lr=0.1), []
    for _ in range(60):
        value = the_port(tables[0], tables[1], tables[2], r)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        seen.append(value.item())
    S, T, R = (x.detach() for x in tables)
    false = (r[:, None] == r) & ~torch.eye(40, dtype=torch.bool)
    likely = (((S + R[r]) @ T.T)[false] > 0).float().mean().item()
    return seen[-1] < seen[0] and likely > 0.8 and torch.equal(R, before)


def same_graph() -> bool:
    part = of("18_regimes_rarity")["sets"]["ads of PinWorld"]
    levels = part["levels"]
    # TwHIN comes down with the clicks, the rivals on its graph do not
    sure = [
        x
        for x, row in zip(levels, part["leads"]["TwHIN"], strict=True)
        if row[RIVALS[0]]["high"] < 0
    ]
    last = {x: part["methods"][x][-1]["mean"] for x in ("TwHIN", *RIVALS)}
    return (
        sure == [30, 1]
        and last["TwHIN"] < 0.08
        and min(last[x] for x in RIVALS) > 0.15
        and all(
            mean("rarity", "ads of PinWorld", x, "iALS, same graph")
            > mean("rarity", "ads of PinWorld", x, "TwHIN")
            for x in levels
        )
    )


def one_vector() -> bool:
    part = of("18_regimes_interests")["sets"]["PinWorld"]
    single = ("mean of vectors", "mean of vectors, the latest more", "iALS")
    several = ("PinnerSage, 3", "PinnerSage, 5", "mixture of centroids")
    for row in part["first"]:
        if row["first"] in several and all(x in row["behind"] for x in single):
            return False  # several are ahead of every single vector for sure
    # with six topics: first who lets late saves count more, last who does not, whatever the number of vectors
    found = {x: rows[-1]["mean"] for x, rows in part["methods"].items() if x in single + several}
    order = sorted(found, key=found.get)
    forget = {"mean of vectors, the latest more", "PinnerSage, 3", "PinnerSage, 5"}
    alike = {"mean of vectors", "mixture of centroids"}
    # for newcomers, with the vectors of TwHIN, medoids keep up with both means
    leads = of("13_untrained")["leads"]
    keep_up = all(
        open_(leads[f"medoids, {k} over {x}, @20"])
        for k in (3, 5)
        for x in ("mean", "mean, recent")
    )
    return keep_up and set(order[-3:]) == forget and set(order[:2]) == alike


def recency() -> bool:
    leads = of("13_interests")["PinWorld"]["leads"]
    many = "@100, many interests"
    return all(
        ahead(leads[f"{x} over mean, {many}"]) and open_(leads[f"{x} over mean, recent, {many}"])
        for x in ("centroids, 3", "centroids, 5", "medoids, 3", "medoids, 5")
    )


def both_cures() -> bool:
    cures = ("all, one", "saves, five")
    for model, ways in (
        ("TwHIN", ("mean", "mean, recent")),
        ("iALS", ("own", "mean", "mean, recent")),
    ):
        leads = of("13_cures")[model]["leads"]
        single = [f"{edges}, {way}" for edges in ("saves", "all") for way in ways]
        # together ahead of either cure and of every single vector; what one adds the other leaves; alone nobody can tell which
        if not all(ahead(leads[f"all, five over {x}"]) for x in (*cures, *single)):
            return False
        if not open_(leads["what five add, all over saves"]) or not open_(
            leads[f"{cures[0]} over {cures[1]}"]
        ):
            return False
        if not all(ahead(leads[f"{x} over saves, one"]) for x in cures):
            return False
    return all(
        open_(leads[f"{x} over saves, mean, recent"]) for x in cures
    )  # iALS alone: not of every mean


MORALS = {
    "A loss may fall while it learns the wrong thing. Test what it is for": a_loss_that_falls,
    "Before you praise a model of many relations, give its rivals the same graph": same_graph,
    "Before you give somebody five vectors, see what one good vector finds": one_vector,
    "Try both cures together before you choose one: neither did all of the other's work": both_cures,
    "Being recent was in the medoids all along": recency,
}
