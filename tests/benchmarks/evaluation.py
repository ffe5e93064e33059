"""Full ranking of all Gowalla users: top 20 of 41 k items, train hidden, recall and NDCG.

A round is scores, lists and metrics of all 29,858 users, from embeddings with d = 64 to two means.
All engines get the same embeddings (those of the truncated SVD), so what they find has to be the
same. "hits of possible" is the sum of hits over the sum of min(20, |Rel|), implicit's "precision".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.benchmarks import pinned

DIM, TOP = 64, 20
WORK = (29_858, "users")
PEERS = pinned.of("implicit", "irspack")


def prepare(folder: Path) -> None:
    """Write embeddings, train and test for all engines."""
    from graphrec_utils import datasets, graphs
    from graphrec_utils.models import mf

    train, _, test = datasets.load("gowalla")
    R, relevant = train.csr(), test.csr()
    R_hat = graphs.biadjacency(graphs.normalize(graphs.adjacency(R)), R.shape[0])
    user_emb, item_emb = mf.svd(R_hat.astype(np.float32), DIM)
    degree = np.sqrt(np.asarray(R.sum(axis=0))).ravel()
    arrays = {"user_emb": user_emb, "item_emb": item_emb * degree[:, None].astype(np.float32)}
    for name, matrix in (("train", R), ("test", relevant)):
        arrays |= {f"{name}_indptr": matrix.indptr, f"{name}_indices": matrix.indices}
    np.savez(folder / "inputs.npz", **arrays)


def inputs(setting):
    """Return (m, d), (n, d), and train and test as (m, n) CSR matrices."""
    import scipy.sparse as sp

    x = dict(np.load(setting.folder / "inputs.npz"))
    shape = len(x["user_emb"]), len(x["item_emb"])
    matrices = []
    for name in ("train", "test"):
        indices = x[f"{name}_indices"].astype(np.int32)
        ones = np.ones(len(indices), np.float32)
        indptr = x[f"{name}_indptr"].astype(np.int32)
        matrices.append(sp.csr_matrix((ones, indices, indptr), shape=shape))
    return x["user_emb"], x["item_emb"], *matrices


def rounds(evaluate, quality):
    """Yield once when ready; then every round evaluates all users, and `quality` reads the result."""
    evaluate()  # compile, load, warm up
    yield
    while True:
        found = evaluate()
        yield lambda found=found: quality(found)


def means(per_user, test):
    """Return the means, and the share of places that implicit calls precision."""
    possible = np.minimum(TOP, np.diff(test.indptr))[per_user.index].sum()
    return {
        "recall": per_user["recall"].mean(),
        "NDCG": per_user["ndcg"].mean(),
        "hits of possible": per_user["precision"].sum() * TOP / possible,
    }


def course(setting):
    """`metrics.rank_all` and `metrics.evaluate`."""
    import torch

    from graphrec_utils import metrics

    torch.set_num_threads(setting.threads)
    user_emb, item_emb, train, test = inputs(setting)

    def evaluate():
        return metrics.evaluate(metrics.rank_all(user_emb, item_emb, train, TOP), test)

    return rounds(evaluate, lambda per_user: means(per_user, test))


def topk(setting):
    """What most code does: scores of a block, -inf for train, `torch.topk`, hits by a set look-up.

    The metrics are computed by the course's `evaluate`: only the ranking differs.
    """
    import torch

    from graphrec_utils import metrics

    torch.set_num_threads(setting.threads)
    user_emb, item_emb, train, test = inputs(setting)
    U, V = torch.from_numpy(user_emb), torch.from_numpy(item_emb)

    def evaluate():
        lists, size = [], 256
        for start in range(0, len(U), size):
            S = U[start : start + size] @ V.T
            part = train[start : start + size]
            rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
            S[torch.from_numpy(rows), torch.from_numpy(part.indices).long()] = -torch.inf
            lists.append(S.topk(TOP).indices)
        return metrics.evaluate(torch.cat(lists).numpy(), test)

    return rounds(evaluate, lambda per_user: means(per_user, test))


def implicit(setting):
    """`implicit.evaluation.ranking_metrics_at_k`; "precision" is hits / sum of min(20, |Rel|)."""
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.evaluation import ranking_metrics_at_k
    from threadpoolctl import threadpool_limits

    # as implicit advises: with two threads of both kinds it takes 1.6 times as long
    threadpool_limits(1, "blas")
    user_emb, item_emb, train, test = inputs(setting)
    model = AlternatingLeastSquares(factors=DIM, num_threads=setting.threads)
    model.user_factors, model.item_factors = user_emb, item_emb

    def evaluate():
        return ranking_metrics_at_k(
            model, train, test, K=TOP, show_progress=False, num_threads=setting.threads
        )

    return rounds(evaluate, lambda x: {"NDCG": x["ndcg"], "hits of possible": x["precision"]})


def irspack(setting):
    """`irspack.Evaluator` on blocks of scores, train masked by irspack itself."""
    from irspack import Evaluator
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")  # faster here, as for implicit
    user_emb, item_emb, train, test = inputs(setting)
    evaluator = Evaluator(
        test, cutoff=TOP, masked_interactions=train, n_threads=setting.threads, mb_size=128
    )

    def evaluate():
        starts = range(0, len(user_emb), 128)
        blocks = (user_emb[start : start + 128] @ item_emb.T for start in starts)
        return evaluator.get_score_from_score_chunks(blocks)

    return rounds(evaluate, lambda x: {"recall": x["recall"], "NDCG": x["ndcg"]})


ENGINES = {"course": course, "torch.topk": topk, "implicit": implicit, "irspack": irspack}
