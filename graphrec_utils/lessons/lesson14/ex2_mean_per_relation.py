"""Exercise 14.2: R-GCN's layer, a mean and a matrix for each relation."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _mean(x, there):
    return x.sum(dim=2) / there.sum(dim=2, keepdim=True).clamp(min=1)


def _layer(h, ids, W0, W, pool=_mean, masked=True, last=F.relu, own=True, after=lambda z: z,
           joint=False, shared=False, clamp=0):  # fmt: skip
    there = ids >= 0
    told = h[ids.clamp(min=clamp)]  # (n, G, T, d)
    if masked:
        told = told.masked_fill(~there[..., None], 0.0)
    if joint:
        mean = told.sum(dim=(1, 2)) / there.sum(dim=(1, 2))[:, None].clamp(min=1)
        m = mean[:, None].expand(-1, ids.shape[1], -1)
    else:
        m = pool(told, there)
    matrices = W[:1].expand_as(W) if shared else W
    z = after(torch.einsum("god,ngd->no", matrices, m))
    return last(z + h @ W0.T if own else z)


def _variant(**options):
    return lambda *inputs: _layer(*inputs, **options)


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
    return _layer(h, ids, W0, W)


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


@ex.mistake("your empty places are heard: h[-1] is the last pin. Set them to 0 before you add up")
def last_pin_heard(h, ids, W0, W):
    told = h[ids]
    m = told.sum(dim=2) / (ids >= 0).sum(dim=2, keepdim=True).clamp(min=1)
    return F.relu(h @ W0.T + torch.einsum("god,ngd->no", W, m))


@ex.mistake("you take the mean over all T places, and the last pin stands in the empty ones: h[-1]")
def plain_mean(h, ids, W0, W):
    return F.relu(h @ W0.T + torch.einsum("god,ngd->no", W, h[ids].mean(dim=2)))


@ex.mistake("you divide by T; a short list is then heard more softly. Divide by how many are there")
def divided_by_T(*inputs):
    return _variant(pool=lambda x, there: x.mean(dim=2))(*inputs)


@ex.mistake("a pin without neighbors became NaN: 0 / 0. Divide by at least 1")
def zero_by_zero(*inputs):
    return _variant(pool=lambda x, there: x.sum(2) / there.sum(2, keepdim=True))(*inputs)


@ex.mistake("you take the sum of the neighbors: a long list is heard more loudly")
def sum_for_mean(*inputs):
    return _variant(pool=lambda x, there: x.sum(2))(*inputs)


@ex.mistake(
    "you take one mean over the neighbors of all graphs, so nobody knows who came from which"
)
def one_mean(*inputs):
    return _variant(joint=True)(*inputs)


@ex.mistake(
    "each graph's sum is divided by the neighbors of all graphs together; each has a mean of its own"
)
def one_count(h, ids, W0, W):
    there = ids >= 0
    told = h[ids.clamp(min=0)].masked_fill(~there[..., None], 0.0).sum(dim=2)
    m = told / there.sum(dim=(1, 2))[:, None, None].clamp(min=1)
    return F.relu(h @ W0.T + torch.einsum("god,ngd->no", W, m))


@ex.mistake("all graphs share the first matrix: each has one of its own")
def shared_matrix(*inputs):
    return _variant(shared=True)(*inputs)


@ex.mistake("the pin's own vector is missing: a pin that hears nobody would be 0")
def own_missing(*inputs):
    return _variant(own=False)(*inputs)


@ex.mistake("the ReLU is missing")
def no_relu(*inputs):
    return _variant(last=lambda z: z)(*inputs)


@ex.mistake("you take the mean over the graphs; R-GCN adds them up")
def mean_over_graphs(h, ids, W0, W):
    return _layer(h, ids, W0, W / len(W))


@ex.mistake("your ReLU goes over each graph's part; there is one, at the end")
def relu_of_each_graph(h, ids, W0, W):
    there = ids >= 0
    m = _mean(h[ids.clamp(min=0)].masked_fill(~there[..., None], 0.0), there)
    return F.relu(h @ W0.T + F.relu(torch.einsum("god,ngd->ngo", W, m)).sum(dim=1))
