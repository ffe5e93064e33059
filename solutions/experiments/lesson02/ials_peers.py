"""iALS of the course and of irspack side by side: same matrix, same parameters, equal recall?

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m solutions.experiments.lesson02.ials_peers

Needs the package irspack besides the course's own. Its alpha0, reg and nu (loss_type="IALSPP", no
nu_star) are those of Rendle et al. 2022 and of `mf.ials`, so nothing has to be converted. Rounds
are interleaved, and CPU time is counted, so that other work on the machine matters little; the
fastest round counts.
"""

from __future__ import annotations

import argparse
import os
import time

import irspack

from graphrec_utils import datasets, metrics, results
from graphrec_utils.models import mf

PARAMETERS = {"alpha0": 0.03, "reg": 0.003, "nu": 1.0}
OURS = {
    "exact": {},
    "CG, 3 steps": {"solver": "cg"},
    "blocks of 64": {"block": 64},
}
THEIRS = {
    "exact": {"solver_type": "CHOLESKY"},
    "CG, 3 steps": {"solver_type": "CG", "max_cg_steps": 3},
    "blocks of 64": {"solver_type": "IALSPP", "ialspp_subspace_dimension": 64},
}


def irspack_ials(R, dim, sweeps, threads, **solver):
    """Return irspack's (m, d) and (n, d)."""
    model = irspack.IALSRecommender(
        R,
        n_components=dim,
        train_epochs=sweeps,
        loss_type="IALSPP",
        n_threads=threads,
        random_seed=0,
        **PARAMETERS,
        **solver,
    )
    model.learn()
    return model.get_user_embedding(), model.get_item_embedding()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dims", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--sweeps", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    threads = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))
    train, _, test = datasets.load("gowalla")
    R = train.csr()
    mf.ials(R, 64, **PARAMETERS, sweeps=1, block=64)  # compile before the clock runs
    mf.ials(R, 64, **PARAMETERS, sweeps=1, solver="cg")
    start, rows = time.perf_counter(), []
    for dim in options.dims:
        seconds, emb = {}, {}
        for _ in range(options.rounds):
            for solver in OURS:
                for who in ("course", "irspack"):
                    begin = time.process_time()
                    if who == "course":
                        found = mf.ials(R, dim, **PARAMETERS, sweeps=options.sweeps, **OURS[solver])
                    else:
                        found = irspack_ials(R, dim, options.sweeps, threads, **THEIRS[solver])
                    used = time.process_time() - begin
                    seconds[solver, who] = min(used, seconds.get((solver, who), used))
                    emb[solver, who] = found
        for (solver, who), (user_emb, item_emb) in emb.items():
            ranked = metrics.rank_all(user_emb, item_emb, train, top=20)
            mean = metrics.evaluate(ranked, test).mean()
            row = {
                "dim": dim,
                "solver": solver,
                "who": who,
                "cpu_seconds": round(seconds[solver, who], 2),
                "recall@20": round(float(mean["recall"]), 4),
                "ndcg@20": round(float(mean["ndcg"]), 4),
                "objective": round(sum(mf.ials_loss(R, user_emb, item_emb, **PARAMETERS))),
            }
            print(row, flush=True)
            rows.append(row)
    recall = {(row["dim"], row["solver"], row["who"]): row["recall@20"] for row in rows}
    gap = max(
        abs(recall[dim, solver, "course"] - recall[dim, solver, "irspack"])
        for dim in options.dims
        for solver in OURS
    )
    print(
        results.save(
            "02_ials_peers",
            claim="At equal parameters iALS of the course and of irspack have the same recall@20.",
            values={
                "largest difference of recall@20": gap,
                "parameters": {**PARAMETERS, "sweeps": options.sweeps},
                "irspack": irspack.__version__,
                "rounds": options.rounds,
                "runs": rows,
            },
            seeds=[0],
            seconds=time.perf_counter() - start,
            command="python -m solutions.experiments.lesson02.ials_peers",
            data="gowalla",
        )
    )


if __name__ == "__main__":
    main()
