"""How deep until you are everybody? The films of the scene, and after how many steps two strangers share their lists.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson08.everybody [films]

Sparks leave three films that somebody likes; each goes film -> person -> film, with equal chances, as often as `depth`
says. `films` writes films.json beside the visual: the 1,200 films of MovieTweetings with most ratings of 7 and more,
the people who gave five of these or more (without their ids), and a place for each film on a plane (t-SNE of an SVD).
Without it: of 200 pairs of people, three of each one's films drawn by chance, how many of ten films their lists share,
own films hidden, for each way to count and each way to go. Writes data/results/08_everybody.json.
"""

from __future__ import annotations

import base64
import json
import sys
import time

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, paths, results
from graphrec_utils.lessons.lesson08.visuals import everybody
from graphrec_utils.models import mf

COMMAND = "python -m solutions.experiments.lesson08.everybody"
FILMS, LEAST, ACTIVE = 1_200, 7, 5
PAIRS, SEED = 200, 0


def chosen() -> tuple[sp.csr_array, np.ndarray]:
    """Return likes, people by films with the most liked first, and the titles."""
    ratings = datasets.load("movietweetings-100k")
    R = sp.csr_array(ratings.at_least(LEAST).csr())
    for _ in range(2):  # who is active, then which films they like most; and both once more
        top = np.argsort(-R.sum(axis=0), kind="stable")[:FILMS]
        active = R[:, top].sum(axis=1) >= ACTIVE
        R = R * active[:, None]
    R = sp.csr_array(R[active][:, top])
    return R, np.asarray(ratings.item_labels)[top]


def packed(R: sp.csr_array) -> str:
    """Return the likes in base64: for each person how many, then the gaps between films, seven bits a byte."""
    out = bytearray()
    for k in range(R.shape[0]):
        row = np.sort(R.indices[R.indptr[k] : R.indptr[k + 1]])
        for gap in (len(row), *np.diff(row, prepend=0).tolist()):
            while gap > 127:
                out.append(gap & 127 | 128)
                gap >>= 7
            out.append(gap)
    return base64.b64encode(bytes(out)).decode()


def affinities(X: np.ndarray, perplexity: float) -> np.ndarray:
    """Return (n, n) symmetric neighbor chances of t-SNE (van der Maaten and Hinton, 2008, equation 1), a bisection a row."""
    D = np.square(X).sum(1)[:, None] + np.square(X).sum(1) - 2 * X @ X.T
    np.fill_diagonal(D, np.inf)
    low, high = np.zeros(len(X)), np.full(len(X), 1e4)
    for _ in range(50):
        beta = (low + high) / 2
        P = np.exp(-(D - D.min(1, keepdims=True)) * beta[:, None])
        P /= P.sum(1, keepdims=True)
        entropy = -(P * np.log(np.maximum(P, 1e-12))).sum(1)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, beta, low), np.where(wide, high, beta)
    return (P + P.T) / (2 * len(X))


def plane(X: np.ndarray, perplexity: float = 30, rounds: int = 600) -> np.ndarray:
    """Return (n, 2) places by t-SNE: gradient descent with momentum and early exaggeration."""
    P = affinities(X, perplexity)
    Y = 1e-4 * X[:, :2] / X[:, :2].std()
    V, gain = np.zeros_like(Y), np.ones_like(Y)
    for k in range(rounds):
        near = 1 / (1 + np.square(Y).sum(1)[:, None] + np.square(Y).sum(1) - 2 * Y @ Y.T)
        np.fill_diagonal(near, 0)
        pull = ((12 if k < 150 else 1) * P - near / near.sum()) * near
        slope = 4 * (pull.sum(1)[:, None] * Y - pull @ Y)
        gain = np.maximum(np.where(np.sign(slope) == np.sign(V), 0.8 * gain, gain + 0.2), 0.01)
        V = (0.5 if k < 150 else 0.8) * V - 100 * gain * slope
        Y = Y + V
    return Y


def films() -> None:
    R, titles = chosen()
    items, _ = mf.svd(sp.csr_array(R.T.multiply(1 / np.sqrt(R.sum(axis=1)))), 24)
    items = items / np.linalg.norm(items, axis=1, keepdims=True)
    Y = plane(items)
    # ranks would be a square, values leave gaps: half of each fills the canvas
    ranks = np.argsort(np.argsort(Y, axis=0), axis=0) / len(Y)
    spread = (Y - Y.min(0)) / (Y.max(0) - Y.min(0))
    place = np.round(255 * (ranks + spread) / 2).astype(np.uint8)
    content = {
        "source": "MovieTweetings, snapshots/100K. The MIT License, Copyright (c) 2013 Simon Dooms",
        "titles": titles.tolist(),
        "x": base64.b64encode(place[:, 0].tobytes()).decode(),
        "y": base64.b64encode(place[:, 1].tobytes()).decode(),
        "likes": packed(R),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    paths.write(everybody.FILMS, text + "\n")
    print(f"{R.shape[0]} people, {R.shape[1]} films, {R.nnz} likes, {len(text) / 1e3:.0f} kB")


def pairs(R: sp.csr_array) -> np.ndarray:
    """Return (PAIRS, 2, 3): three films of each of two people."""
    rng = np.random.default_rng(SEED)
    people = rng.permutation(R.shape[0])[: 2 * PAIRS]
    three = [rng.choice(R.indices[R.indptr[k] : R.indptr[k + 1]], 3, replace=False) for k in people]
    return np.array(three).reshape(PAIRS, 2, 3)


def measure() -> None:
    start = time.process_time()
    R = everybody.likes()
    asked = pairs(R)
    values = {"people": R.shape[0], "films": R.shape[1], "likes": R.nnz, "pairs": PAIRS}
    values["shared"] = everybody.shares(R, asked)
    results.save(
        "08_everybody",
        claim="Five steps film - person - film make the lists of two strangers nearly one",
        values=values,
        seeds=[SEED],
        seconds=time.process_time() - start,
        command=COMMAND,
        data="movietweetings-100k",
    )
    for way, by in values["shared"].items():
        for count, rows in by.items():
            print(way, count, [f"{row['mean']:.1f}" for row in rows])


if __name__ == "__main__":
    films() if sys.argv[1:] == ["films"] else measure()
