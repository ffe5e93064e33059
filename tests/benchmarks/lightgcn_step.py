"""One training step of LightGCN: BPR, batches of 2048, 3 layers, d = 64, on all of Gowalla.

A round is one step: forward, backward, Adam, each engine on the same batches in the same order from
the same start. "quality" is where the steps led: the loss of a batch that nobody trained on, and
how far layer 0 has moved. Engines that do the same agree in both.

"gather limit" is not a model. It reads the rows of embeddings that no such step can avoid, four
times those of all neighbors, in the same order, and adds them up, then reads and writes what Adam
does; multiplying, the losses and the rest of the step are left out.

"PyG" with `edge_index` sends a message along each edge; "PyG, CSR" gets the normalized adjacency as
a sparse matrix, made beforehand.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.benchmarks import pinned

DIM, LAYERS, BATCH, RATE, L2 = 64, 3, 2048, 1e-3, 1e-4
NUM_BATCHES = 40  # then they come again
WORK = (BATCH, "pairs")
PEERS = pinned.of("RecBole")


def prepare(folder: Path) -> None:
    """Write graph, start and batches for all engines."""
    from graphrec_utils import datasets, graphs, sampling

    R = datasets.load("gowalla").train.csr()
    A_hat = graphs.normalize(graphs.adjacency(R)).astype(np.float32)
    positives, rng = sampling.index(R), np.random.default_rng(0)
    triples = [sampling.bpr_triples(positives, BATCH, rng, "user") for _ in range(NUM_BATCHES + 1)]
    np.savez(
        folder / "inputs.npz",
        indptr=A_hat.indptr.astype(np.int64),
        indices=A_hat.indices.astype(np.int64),
        data=A_hat.data,
        shape=np.array(R.shape),
        start=rng.normal(scale=0.1, size=(sum(R.shape), DIM)).astype(np.float32),
        batches=np.stack([np.stack([x.numpy() for x in triple]) for triple in triples]),
    )


def inputs(setting):
    """Return the inputs as arrays, and the batches as torch tensors."""
    import torch

    torch.set_num_threads(setting.threads)
    x = dict(np.load(setting.folder / "inputs.npz"))
    batches = [tuple(torch.from_numpy(ids.copy()) for ids in batch) for batch in x["batches"]]
    return x, batches[:-1], batches[-1]


def rounds(step, where, batches):
    """Yield as a benchmark does: ready after two steps that are not counted, then one per round."""
    for batch in batches[:2]:
        step(batch)
    yield
    number = 2
    while True:
        step(batches[number % len(batches)])
        number += 1
        yield where


def matrix(x):
    import scipy.sparse as sp

    size = x["shape"].sum()
    indices, indptr = (x[name].astype(np.int32) for name in ("indices", "indptr"))
    return sp.csr_array((x["data"], indices, indptr), shape=(size, size))


def outcome(setting, E):
    """Return the loss of the last batch and the movement of layer 0, E (N, d), by plain numpy.

    It reads its inputs again: an engine's memory would hold them otherwise.
    """
    x, _, batch = inputs(setting)
    A, m = matrix(x), x["shape"][0]
    X = total = np.asarray(E, dtype=np.float64)
    for _ in range(LAYERS):
        X = A @ X
        total = total + X
    u, i, j = (ids.numpy() for ids in batch)
    total = total / (LAYERS + 1)
    margin = (total[u] * (total[m + i] - total[m + j])).sum(axis=1)
    return {
        "loss": float(np.logaddexp(0, -margin).mean()),
        "moved": float(np.abs(np.asarray(E) - x["start"]).mean()),
    }


def fused(setting):
    from graphrec_utils.models.lightgcn import Fused

    x, batches, _ = inputs(setting)
    options = {"lr": RATE, "reg": L2, "start": x["start"]}
    model = Fused(matrix(x), int(x["shape"][0]), DIM, LAYERS, **options)
    del x, options
    yield from rounds(model.step, lambda: outcome(setting, model.E), batches)


def readable(setting):
    import torch

    from graphrec_utils import train
    from graphrec_utils.models.lightgcn import LightGCN

    x, batches, _ = inputs(setting)
    model = LightGCN(matrix(x), int(x["shape"][0]), DIM, LAYERS)
    with torch.no_grad():
        model.E0.copy_(torch.from_numpy(x["start"]))
    del x
    learner = train.Torch(model, LightGCN.bpr_loss, torch.optim.Adam(model.parameters(), lr=RATE))
    where = lambda: outcome(setting, model.E0.detach().numpy())  # noqa: E731
    yield from rounds(learner.step, where, batches)


def pyg(setting, edges=None):
    import torch
    from torch_geometric.nn import LGConv, LightGCN

    from graphrec_utils.graphs.propagation import to_torch

    x, batches, _ = inputs(setting)
    m, size = int(x["shape"][0]), int(x["shape"].sum())
    model = LightGCN(size, DIM, LAYERS)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(x["start"]))
    if edges is None:
        model.convs = torch.nn.ModuleList(LGConv(normalize=False) for _ in range(LAYERS))
        edges = to_torch(matrix(x))
    else:
        rows = np.repeat(np.arange(size), np.diff(x["indptr"]))
        edges = torch.from_numpy(np.stack([x["indices"], rows]))
    del x
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)

    def step(batch):
        u, i, j = batch
        optimizer.zero_grad()
        X = model.get_embedding(edges)
        scores = [(X[u] * X[m + items]).sum(dim=1) for items in (i, j)]
        # their ridge has no half
        nodes = torch.cat([u, m + i, m + j])
        model.recommendation_loss(*scores, node_id=nodes, lambda_reg=L2 / 2).backward()
        optimizer.step()

    where = lambda: outcome(setting, model.embedding.weight.detach().numpy())  # noqa: E731
    yield from rounds(step, where, batches)


def pyg_edge_index(setting):
    yield from pyg(setting, edges="edge_index")


def recbole(setting):
    import scipy.sparse as sp
    import torch
    from recbole.model.general_recommender import LightGCN

    x, batches, _ = inputs(setting)
    m, n = (int(size) for size in x["shape"])

    class Dataset:
        def num(self, field):
            return m if field == "user" else n

        def inter_matrix(self, form):
            return sp.coo_matrix(matrix(x)[:m, m:] != 0).astype(np.float32)

    class Config(dict):
        final_config_dict = property(lambda self: self)

    config = Config(
        USER_ID_FIELD="user", ITEM_ID_FIELD="item", NEG_PREFIX="neg_", device=torch.device("cpu"),
        embedding_size=DIM, n_layers=LAYERS, reg_weight=L2, require_pow=True,
    )  # fmt: skip
    model = LightGCN(config, Dataset())
    with torch.no_grad():
        model.user_embedding.weight.copy_(torch.from_numpy(x["start"][:m]))
        model.item_embedding.weight.copy_(torch.from_numpy(x["start"][m:]))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)

    def step(batch):
        optimizer.zero_grad()
        loss = model.calculate_loss(dict(zip(("user", "item", "neg_item"), batch, strict=True)))
        loss.backward()
        optimizer.step()

    def where():
        tables = (model.user_embedding.weight, model.item_embedding.weight)
        return outcome(setting, torch.cat(tables).detach().numpy())

    yield from rounds(step, where, batches)


def gather_limit(setting):
    from numba import njit, prange, set_num_threads

    set_num_threads(setting.threads)
    x, batches, _ = inputs(setting)
    from graphrec_utils.kernels.lightgcn import parts

    @njit(parallel=True, fastmath=True)
    def read(indptr, indices, bounds, X, out):
        for part in prange(bounds.size - 1):
            total = np.zeros(X.shape[1], X.dtype)
            for p in range(indptr[bounds[part]], indptr[bounds[part + 1]]):
                row = X[indices[p]]
                for f in range(total.size):
                    total[f] += row[f]
            out[part] = total

    @njit(parallel=True, fastmath=True)
    def move(E, M, V):
        for v in prange(E.shape[0]):
            for f in range(E.shape[1]):
                M[v, f] *= np.float32(0.9)
                V[v, f] *= np.float32(0.99)
                E[v, f] += M[v, f] + V[v, f]

    bounds, indices = parts(x["indptr"]), x["indices"].astype(np.int32)
    E, out = x["start"], np.empty((bounds.size, DIM), np.float32)
    M, V = np.zeros_like(E), np.zeros_like(E)

    def step(_):
        for _ in range(4):
            read(x["indptr"], indices, bounds, E, out)
        move(E, M, V)

    yield from rounds(step, lambda: {}, batches)


ENGINES = {
    "course, fused": fused,
    "course, readable": readable,
    "PyG, CSR": pyg,
    "PyG, edge_index": pyg_edge_index,
    "RecBole": recbole,
    "gather limit": gather_limit,
}
