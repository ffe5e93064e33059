"""Lesson 07: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from styles import judged, other_styles

from graphrec_utils import exercises, graphs, losses, walks
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.graphs import batches
from graphrec_utils.lessons.lesson07 import (
    ex1_sage_loss,
    ex2_cooccurrence_pairs,
    ex3_sample_neighbors,
    ex4_sage_layer,
    ex5_blocks,
    ex6_embed_new,
    ex7_choose,
)
from graphrec_utils.models import sage
from graphrec_utils.results import regimes


# ------------------------------------------------------------- two or more other styles each
def loss_with_cross_entropy(z_u, z_v, z_n):
    pos, neg = torch.einsum("bd,bd->b", z_u, z_v), torch.einsum("bd,qd->bq", z_u, z_n)
    total = F.binary_cross_entropy_with_logits(pos, torch.ones_like(pos), reduction="sum")
    total = total + F.binary_cross_entropy_with_logits(neg, torch.zeros_like(neg), reduction="sum")
    return total / len(z_u)


def loss_with_loops(z_u, z_v, z_n):
    rows = []
    for u, v in zip(z_u, z_v, strict=True):
        row = -F.logsigmoid(u @ v)
        for n in z_n:
            row = row - F.logsigmoid(-(u @ n))
        rows.append(row)
    return torch.stack(rows).mean()


def pairs_with_loops(walks):
    found = [
        (start, node)
        for start, *later in walks.tolist()
        for node in later
        if node != start and node != -1
    ]
    return np.array(found).reshape(-1, 2)


def pairs_with_pandas(walks):
    table = pd.DataFrame(walks).melt(id_vars=0)[[0, "value"]]
    return table[(table["value"] >= 0) & (table["value"] != table[0])].to_numpy()


def neighbors_by_keys(indptr, indices, nodes, S, rng):
    rows = []
    for v in nodes:
        near = indices[indptr[v] : indptr[v + 1]]
        near = near[np.argsort(rng.random(len(near)))][:S]
        rows.append(np.pad(near, (0, S - len(near)), constant_values=-1))
    return np.stack(rows)


def neighbors_by_one_sort(indptr, indices, nodes, S, rng):
    """All nodes at once: a random key for every edge."""
    degree = np.diff(indptr)[nodes]
    owner = np.repeat(np.arange(len(nodes)), degree)
    edge = np.concatenate([np.arange(indptr[v], indptr[v + 1]) for v in nodes])
    order = np.lexsort((rng.random(len(edge)), owner))
    rank = np.arange(len(edge)) - np.repeat(np.cumsum(degree) - degree, degree)
    table = np.full((len(nodes), S), -1)
    keep = rank < S
    table[owner[keep], rank[keep]] = indices[edge[order][keep]]
    return table


def layer_node_by_node(H, nodes, neighbors, W):
    rows = []
    for v, near in zip(nodes, neighbors, strict=True):
        near = near[near >= 0]
        heard = H[near].mean(dim=0) if len(near) else torch.zeros(H.shape[1])
        z = (W @ torch.cat([H[v], heard])).clamp(min=0)
        rows.append(z / z.norm() if z.norm() > 0 else z)
    return torch.stack(rows)


def layer_with_a_matrix(H, nodes, neighbors, W):
    B, S = neighbors.shape
    M = torch.zeros(B, len(H) + 1)
    M.index_put_((torch.arange(B).repeat_interleave(S), neighbors.ravel()), torch.ones(B * S), accumulate=True)  # fmt: skip
    M = M[:, :-1]
    d = H.shape[1]
    heard = M @ H / M.sum(dim=1, keepdim=True).clamp(min=1)
    z = torch.relu(H[nodes] @ W[:, :d].T + heard @ W[:, d:].T)
    return z / z.norm(dim=1, keepdim=True).clamp(min=1e-12)


def layer_with_a_row_of_zeros(H, nodes, neighbors, W):
    padded = torch.cat([H, torch.zeros(1, H.shape[1])])  # place −1 is this row
    heard = padded[neighbors].sum(1) / (neighbors >= 0).sum(1, keepdim=True).clamp(min=1)
    z = F.linear(torch.hstack([H[nodes], heard]), W).relu_()
    return (z / z.norm(dim=1, keepdim=True)).nan_to_num(0.0)


def layer_with_pyg(H, nodes, neighbors, W):
    from torch_geometric.nn import SAGEConv

    d = H.shape[1]
    conv = SAGEConv(d, len(W), bias=False)
    conv.lin_r.weight.data, conv.lin_l.weight.data = W[:, :d], W[:, d:]
    target, place = (neighbors >= 0).nonzero().T
    edges = torch.stack([neighbors[target, place], target])
    return F.normalize(conv((H, H[nodes]), edges).relu().detach(), dim=1)


def blocks_with_lists(tables, targets):
    found, targets = [], targets.tolist()
    for table in tables:
        edges = [(int(w), t) for t, v in enumerate(targets) for w in table[v] if w != -1]
        source = targets + sorted({w for w, _ in edges} - set(targets))
        speaks, hears = [source.index(w) for w, _ in edges], [t for _, t in edges]
        found.insert(0, (np.array(source), np.array([speaks, hears])))
        targets = source
    return found


def blocks_by_recursion(tables, targets):
    if not tables:
        return []
    rows = tables[0][targets]
    hears, column = np.nonzero(rows >= 0)
    heard = rows[hears, column]
    source = np.r_[targets, np.setdiff1d(np.unique(heard), targets)]
    order = np.argsort(source)
    speaks = order[np.searchsorted(source[order], heard)]
    return [*blocks_by_recursion(tables[1:], source), (source, np.stack([speaks, hears]))]


def embed_with_scipy(x, users, items, days, today, H_users, W):
    old = days < today
    M = sp.coo_array((np.ones(old.sum()), (items[old], users[old])), shape=(len(x), len(H_users)))
    number = np.maximum(np.asarray(M.sum(axis=1)).ravel(), 1)
    heard = torch.from_numpy((M @ H_users.numpy() / number[:, None]).astype(np.float32))
    z = torch.hstack([x, heard]) @ W.T
    return z / z.norm(dim=1, keepdim=True)


def embed_item_by_item(x, users, items, days, today, H_users, W):
    rows = []
    for i, own in enumerate(x):
        fans = users[(items == i) & (days < today)]
        heard = H_users[torch.from_numpy(fans)].mean(dim=0) if len(fans) else 0 * H_users[0]
        rows.append(F.normalize(W @ torch.cat([own, heard]), dim=0))
    return torch.stack(rows)


def _choice(place: int) -> dict:
    """The setting that found most, and the next ones."""
    found = ex7_choose.table()
    best = sorted(found, key=found.get)[-1 - place]
    return dict(zip(ex7_choose.KEYS, best, strict=True)) | {"graph_until": 42}


def choose_the_best():
    return _choice(0)


def choose_the_second():
    return _choice(1)


ANSWERS = {
    "07.1": (loss_with_cross_entropy, loss_with_loops),
    "07.2": (pairs_with_loops, pairs_with_pandas),
    "07.3": (neighbors_by_keys, neighbors_by_one_sort),
    "07.4": (layer_node_by_node, layer_with_a_matrix, layer_with_a_row_of_zeros, layer_with_pyg),
    "07.5": (blocks_with_lists, blocks_by_recursion),
    "07.6": (embed_with_scipy, embed_item_by_item),
    "07.7": (choose_the_best, choose_the_second),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "07", ANSWERS, points=25
)


# ------------------------------------------------------------- the library agrees
def likes():
    R = (np.random.default_rng(0).random((12, 15)) < 0.25).astype(np.float32)
    R[:, 4] = 0
    return sp.csr_array(R)


def test_the_loss_is_the_library_s():
    z_u, z_v, z_n = ex1_sage_loss._batch(np.random.default_rng(0)).values()
    theirs = losses.bce((z_u * z_v).sum(dim=1), z_u @ z_n.T)
    torch.testing.assert_close(ex1_sage_loss.sage_loss(z_u, z_v, z_n), theirs)


def test_the_slide_s_loss_is_least_where_all_vectors_are_equal_and_the_paper_s_is_not():
    equal = torch.nn.functional.normalize(torch.ones(4, 3), dim=1)
    apart = (torch.eye(3)[[0, 1, 2, 0]], torch.eye(3)[[0, 1, 2, 0]], -torch.eye(3))
    mistakes = ex1_sage_loss.ex.mistakes
    slide = next(m.function for m in mistakes if "the slide's loss" in m.sentence)
    assert slide(equal, equal, equal[:3]) < slide(*apart)
    assert ex1_sage_loss.sage_loss(equal, equal, equal[:3]) > ex1_sage_loss.sage_loss(*apart)


def test_pairs_are_the_library_s():
    drawn = walks.paths(graphs.adjacency(likes()), range(27), 4, 3)
    mine = ex2_cooccurrence_pairs.cooccurrence_pairs(drawn)
    theirs = walks.pairs(drawn)
    assert sorted(map(tuple, mine)) == sorted(map(tuple, theirs))


def test_all_neighbors_are_those_of_the_library():
    A = graphs.adjacency(likes())
    table = ex3_sample_neighbors.sample_neighbors(
        A.indptr, A.indices, np.arange(27), 27, np.random.default_rng(0)
    )
    block = batches.sample(A, range(27), [27], np.random.default_rng(0))[0]
    for v in range(27):
        theirs = block.source[block.edge_index[0, block.edge_index[1] == v]].tolist()
        assert sorted(x for x in table[v] if x >= 0) == sorted(theirs)


def test_blocks_and_layer_are_the_library_s():
    """With all neighbors there is nothing to draw: two layers over our blocks and over the library's."""
    A = graphs.adjacency(likes())
    everyone, rng = np.arange(27), np.random.default_rng(1)
    table = ex3_sample_neighbors.sample_neighbors(A.indptr, A.indices, everyone, 27, rng)
    targets = np.array([3, 20, 12 + 4])
    W = [torch.from_numpy(rng.normal(size=s).astype(np.float32)) for s in ((5, 6), (4, 10))]
    x = torch.from_numpy(rng.normal(size=(27, 3)).astype(np.float32))
    outer, inner = batches.sample(A, targets, [None, None])
    theirs = sage.layer(sage.layer(x[outer.source], outer, W[0]), inner, W[1])
    blocks = ex5_blocks.sage_blocks([table, table], targets)
    assert set(blocks[0][0].tolist()) == set(outer.source.tolist())
    near = torch.from_numpy(table)
    h = ex4_sage_layer.sage_layer(x, torch.arange(27), near, W[0])
    mine = ex4_sage_layer.sage_layer(h, torch.from_numpy(targets), near[targets], W[1])
    torch.testing.assert_close(mine, theirs)


def test_a_new_item_has_the_vector_that_the_model_gives():
    R = likes()
    x = np.random.default_rng(2).normal(size=(15, 4)).astype(np.float32)
    model = sage.SAGE(graphs.adjacency(R), sage.Content(5, 12, x), 6, (None,))
    users, items = R.nonzero()
    h = model.content(torch.arange(27)).detach()
    mine = ex6_embed_new.embed_new(
        h[12:], users, items, np.zeros(len(users), int), 1, h[:12], model.W[0].detach()
    )
    torch.testing.assert_close(mine, model.embeddings()[1])


# ------------------------------------------------------------- the open task
def points(choice) -> float:
    return judged("07.7", lambda: choice).points


def test_a_graph_of_the_future_earns_nothing_however_good_the_rest_is():
    assert points(ex7_choose.choose()) == exercises.get("07.7").points
    assert points(ex7_choose.choose() | {"graph_until": 49}) == 0


@pytest.mark.parametrize(
    "change", [{"num_layers": 3}, {"silent": 0.3}, {"silent": [0.2]}, {"ids": 1}, {"more": 1},
               {"graph_until": "42"}, {"graph_until": True}, {"graph_until": float("nan")}],
    ids=["layers", "silent", "list", "ids", "more", "text", "true", "nan"],
)  # fmt: skip
def test_a_choice_out_of_bounds_earns_nothing(change):
    assert points(ex7_choose.choose() | change) == 0


def test_a_choice_between_two_bars_is_paid_in_part():
    _, middle, high = ex7_choose.bars()
    between = next(k for k, x in ex7_choose.table().items() if middle <= x < high)
    choice = dict(zip(ex7_choose.KEYS, between, strict=True)) | {"graph_until": 42}
    assert points(choice) == exercises.get("07.7").points / 2


def test_the_bars_lie_among_the_settings():
    low, middle, high = ex7_choose.bars()
    assert low < middle < high < max(ex7_choose.table().values()) + 1e-9


def test_why_the_encoders_lie_highest_three_days_after_the_training():
    """Most of PinSage's lead over content is there with vectors of a day when new pins had no edge."""
    days = regimes.regimes()["age"]["sets"]["PinWorld, pins born since"]
    three, last = (days["levels"].index(day) for day in (3, 28))
    frozen = "PinSage, vectors of the training"
    found = {
        name: days["methods"][name][three]["mean"]
        for name in ("PinSage", frozen, "content", "GraphSAGE", "RP3β")
    }
    assert found[frozen] - found["content"] > found["PinSage"] - found[frozen] > 0
    assert min(found["PinSage"], found["GraphSAGE"]) > found["content"] > found["RP3β"]
    edges = days["first"][three]["behind"][frozen]
    old, new = (days["methods"][name][last]["mean"] for name in (frozen, "PinSage"))
    source = next(path for path in sources() if path.name.startswith("07")).read_text("utf-8")
    text = " ".join(source.replace("\n# ", " ").split())
    for said in (
        "PinSage lies above plain content even with vectors made when these pins had no edge.",
        f"PinSage finds {new:.3f} with today's, {old:.3f} with those of the training day.",
        f"RP3β finds {found['RP3β']:.3f}, content {found['content']:.3f}.",
        f"PinSage finds {found[frozen]:.3f} with them, and {found['PinSage']:.3f} with those of today: more "
        f"by {edges['mean']:.3f}, from {edges['low']:.3f} to {edges['high']:.3f}. Of its "
        f"{found['PinSage'] - found['content']:.3f} over content {found[frozen] - found['content']:.3f} is there",
    ):
        assert said in text, said
