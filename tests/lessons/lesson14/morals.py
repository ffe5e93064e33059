"""What the morals of lesson 14 rest on."""

from __future__ import annotations

import torch

from tests.lessons.evidence import ahead, behind, of, open_


def one_matrix() -> bool:
    """Six means side by side and one matrix, or a matrix each and a sum."""
    rng = torch.Generator().manual_seed(0)
    means, W = torch.randn(5, 6, 8, generator=rng), torch.randn(6, 4, 8, generator=rng)
    wide = torch.cat(list(W), dim=1)
    return torch.allclose(
        means.flatten(1) @ wide.T, torch.einsum("god,ngd->no", W, means), atol=1e-5
    )


def edges() -> bool:
    """In figure 14.3 the bars without six graphs keep away from the line, the ways to listen touch it."""
    leads = of("14_climb")["PinWorld"]["leads"]
    return (
        ahead(leads["each its own, transformer over nothing heard"])
        and ahead(leads["each its own, transformer over board-pin, mean"])
        and ahead(leads["each its own, transformer over board-pin, transformer"])
        and ahead(leads["each its own, mean over all in one, mean"])
        and all(
            open_(leads[f"each its own, transformer over each its own, {x}"])
            for x in ("mean", "attention", "concat")
        )
    )


def off_boards() -> bool:
    stored = of("14_sizes")["PinWorld"]
    found = {m["model"]: m["recall"] for m in stored["models"]}
    moved = {x: row["asked off board"] - row["all"] for x, row in found.items()}
    right = ("RP3β", "iALS, all graphs, d = 24", "all graphs, mean")
    more = (*right, "iALS, d = 16")  # its square stands beside its circle
    boards = ("PinSage", "one graph, mean")
    return (
        max(moved[x] for x in boards) < -0.01 < moved["iALS, d = 16"]
        and min(moved[x] for x in right) > 0
        and max(found[x]["asked off board"] for x in boards)
        < min(found[x]["asked off board"] for x in more)
        and ahead(stored["leads"]["all graphs, mean over one graph, mean, asked off board"])
        and all(behind(stored["leads"][f"one graph, mean over {x}, asked off board"]) for x in more)
        and max(row["sought off board"] for row in found.values()) < 0.01
    )


def looked_at() -> bool:
    # boards are looked at more than twice as much as ads, and what is lost without them is alike
    climb = of("14_climb")["PinWorld"]
    full = "each its own, transformer"
    (looks,) = (a["looks"]["all"] for a in climb["arms"] if a["arm"] == full)
    boards, ads = (
        climb["leads"][f"{full} over without {x}, transformer"] for x in ("board-pin", "user-ad")
    )
    return (
        looks["board-pin"] > 2 * looks["user-ad"]
        and ahead(boards)
        and ahead(ads)
        and abs(boards["gap"] - ads["gap"]) < 0.001
    )


def answers() -> bool:
    stored = of("14_answers")["PinWorld"]
    found = {m["model"]: m["recall"]["all@10"] for m in stored["test"]}
    modes = [found[f"transformer, {x}"] for x in ("hidden", "in time", "left in")]
    mixed = [a["all"] for a in of("14_climb")["PinWorld"]["arms"]]
    return (
        stored["in a list"]["hidden"] == 0
        and stored["in a list"]["asked for"] > 0.25
        and max(modes) - min(modes) > max(mixed) - min(mixed)
    )


MORALS = {
    "A matrix for each graph and a sum is one matrix over all": one_matrix,
    "Bring the edges, and keep the aggregation plain": edges,
    "For pins that ask from no board, models of boards alone find least. Edges from elsewhere repair that": off_boards,
    "Count first: how often does a list hold the answer, in training and on the day?": answers,
    "Attention need not be importance. Ask by dropping": looked_at,
}
