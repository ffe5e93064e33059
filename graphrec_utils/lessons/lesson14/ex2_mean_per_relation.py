"""Exercise 14.2: R-GCN's layer, a mean and a matrix for each relation."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _pins(
    rng, n: int = 6, G: int = 3, T: int = 4, d: int = 3, out: int = 2, alone: int = 1
) -> dict:
    """Some lists are short, `alone` pins hear nobody, and one graph is empty for one more pin."""
    ids = torch.full((n, G, T), -1)
    for u in range(n):
        for g in range(G):
            count = int(rng.integers(1, T + 1)) if (u + g) % n else T
            if u >= alone and not (u == alone and g == G - 1):
                ids[u, g, :count] = torch.from_numpy(rng.choice(n, count, replace=False))

    def normal(*shape):
        return torch.from_numpy(rng.normal(size=shape)).float()

    return {"h": normal(n, d), "ids": ids, "W0": normal(out, d), "W": normal(G, out, d)}


ex = Exercise(
    "14.2",
    "mean_per_relation",
    points=5,
    library=("graphrec_utils.models.multibisage.means", "graphrec_utils.models.multibisage.Means"),
    hints=(
        "What does `h[ids]` give where an id is −1? Python counts from the end.",
        "Set what stands in empty places to 0, add up over T, and divide by how many are there (at least 1). Then "
        "each graph's matrix, the sum over graphs, the pin's own part, and one ReLU.",
        "`there = ids >= 0`; `told = h[ids.clamp(min=0)] * there[..., None]`; `m = told.sum(2) / "
        "there.sum(2, keepdim=True).clamp(min=1)`; `torch.relu(h @ W0.T + torch.einsum('god,ngd->no', W, m))`.",
    ),
)


@ex.solution
def mean_per_relation(h, ids, W0, W):
    there = ids >= 0
    told = h[ids.clamp(min=0)] * there[..., None]  # (n, G, T, d)
    m = told.sum(dim=2) / there.sum(dim=2, keepdim=True).clamp(min=1)
    return torch.relu(h @ W0.T + torch.einsum("god,ngd->no", W, m))


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"h": f([[1.0], [2.0], [6.0]]), "ids": f([[[1, 2], [2, -1]], [[0, -1], [-1, -1]], [[-1, -1], [-1, -1]]]),
            "W0": f([[1.0]]), "W": f([[[1.0]], [[-0.5]]])}  # fmt: skip


ex.claim("three pins, two graphs, by hand: 2, 3 and 6", _by_hand)
ex.claim(
    "every place is filled",
    lambda rng: (lambda x: x | {"ids": torch.from_numpy(rng.integers(6, size=(6, 3, 4)))})(
        _pins(rng)
    ),
)
ex.claim("short lists, and a pin that hears nobody", _pins)
ex.claim("other sizes", lambda rng: _pins(rng, 8, 2, 5, 4, 5, 2))

TOLD = "h[ids.clamp(min=0)] * there[..., None]"
MEANS = "told.sum(dim=2) / there.sum(dim=2, keepdim=True).clamp(min=1)"

# fmt: off
ex.slip("your empty places are heard: h[-1] is the last pin. Set them to 0 before you add up",
        TOLD, "h[ids]")
ex.slip("you take the mean over all T places, and the last pin stands in the empty ones: h[-1]",
        TOLD, "h[ids]", MEANS, "told.mean(dim=2)")
ex.slip("you divide by T; a short list is then heard more softly. Divide by how many are there",
        MEANS, "told.mean(dim=2)", hint=True)
ex.slip("a pin without neighbors became NaN: 0 / 0. Divide by at least 1", ".clamp(min=1)", "")
ex.slip("you take the sum of the neighbors: a long list is heard more loudly",
        MEANS, "told.sum(dim=2)", hint=True)
ex.slip("you take one mean over the neighbors of all graphs, so nobody knows who came from which",
        MEANS, "told.sum(dim=(1, 2)) / there.sum(dim=(1, 2))[:, None].clamp(min=1)\n"
        "m = m[:, None].expand(-1, ids.shape[1], -1)")
ex.slip("each graph's sum is divided by the neighbors of all graphs together; each has a mean of "
        "its own",
        MEANS, "told.sum(dim=2) / there.sum(dim=(1, 2))[:, None, None].clamp(min=1)")
ex.slip("all graphs share the first matrix: each has one of its own",
        "W, m", "W[:1].expand_as(W), m")
ex.slip("the pin's own vector is missing: a pin that hears nobody would be 0", "h @ W0.T + ", "")
ex.slip("the ReLU is missing", "torch.relu(", "(")
ex.slip("you take the mean over the graphs; R-GCN adds them up", "W, m", "W / len(W), m")
ex.slip("your ReLU goes over each graph's part; there is one, at the end",
        'torch.einsum("god,ngd->no", W, m)', 'torch.relu(torch.einsum("god,ngd->ngo", W, m)).sum(dim=1)')
