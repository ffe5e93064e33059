"""Training on edges with 100 false ones each, d = 64: the course's TwHIN and PyTorch-BigGraph, one epoch a round.

The edges are those of Gowalla's first 8,000 users. Both engines translate by a relation, score with a product and
have the logistic loss; both make groups of 51 edges, each of which has the 50 other sources and the 50 other targets as
false ones, 100 groups a step; both run Adagrad with one accumulator for each vector at a learning rate of 0.1, and
start near 0. The quality is recall@20 of the users' test places after as many epochs as the engine had turns, and one
before them.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks import pinned

USERS, DIM, SIZE, GROUPS, RATE, TOP = 8_000, 64, 51, 100, 0.1, 20
PEERS = pinned.of("torchbiggraph")
WORK = (303_943, "edges")


def prepare(folder):
    """Write the edges, by users and items, of train and of test."""
    from graphrec_utils import datasets

    train, _, test = datasets.load("gowalla")
    parts = {"num_items": train.num_items}
    for name, part in (("train", train), ("test", test)):
        kept = part.users < USERS
        parts[name] = np.stack([part.users[kept], part.items[kept]])
    np.savez(folder / "edges.npz", **parts)


def recall(users, items, known, test):
    """Return recall@20 of all users that have test places; known ones are hidden."""
    wanted = np.zeros((len(users), len(items)), bool)
    wanted[tuple(test)] = True
    total = 0.0
    asked = np.unique(test[0])
    for part in np.array_split(asked, 20):
        S = users[part] @ items.T
        mine = np.isin(known[0], part)
        S[np.searchsorted(part, known[0][mine]), known[1][mine]] = -np.inf
        best = np.argpartition(-S, TOP, axis=1)[:, :TOP]
        found = np.take_along_axis(wanted[part], best, axis=1).sum(axis=1)
        total += (found / wanted[part].sum(axis=1)).sum()
    return {"recall": total / len(asked)}


def course(setting):
    """`twhin.fit`; a round goes on from where the last one ended, the quality is of one run of as many steps."""
    import torch

    from graphrec_utils.data import Triples
    from graphrec_utils.models import twhin

    torch.set_num_threads(setting.threads)
    x = np.load(setting.folder / "edges.npz")
    (user, item), n = x["train"], int(x["num_items"])
    facts = Triples(user, np.zeros(len(user), np.int64), USERS + item, USERS + n, 1)
    steps = round(len(user) / (SIZE * GROUPS))

    def fit(steps, start=None):
        return twhin.fit(facts, [GROUPS], DIM, SIZE, steps=steps, lr=RATE, start=start)

    def measured(turns):
        model = fit((turns + 1) * steps)
        E = model.entity_emb
        return recall(E[:USERS] + model.rel_emb[0], E[USERS:], x["train"], x["test"])

    model, turns = fit(1), 0
    yield
    while True:
        model, turns = fit(steps, model), turns + 1
        yield lambda turns=turns: measured(turns)


def torchbiggraph(setting):
    """Its own importer, configuration and training, one epoch after the other, with as many workers as threads."""
    import shutil

    from torchbiggraph.config import parse_config
    from torchbiggraph.converters.import_from_tsv import convert_input_data
    from torchbiggraph.model import make_model
    from torchbiggraph.train import train_and_report_stats
    from torchbiggraph.types import Side

    x = np.load(setting.folder / "edges.npz")
    home = setting.folder / "torchbiggraph"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    lines = [f"{u}\t{i}\n" for u, i in x["train"].T.tolist()]
    (home / "train.tsv").write_text("".join(lines))
    config = parse_config(
        {
            "entity_path": str(home / "entities"),
            "edge_paths": [str(home / "edges")],
            "checkpoint_path": str(home / "model"),
            "entities": {"user": {"num_partitions": 1}, "item": {"num_partitions": 1}},
            "relations": [
                {"name": "liked", "lhs": "user", "rhs": "item", "operator": "translation"}
            ],
            "dimension": DIM,
            "comparator": "dot",
            "loss_fn": "logistic",
            "lr": RATE,
            "num_epochs": 1000,
            "batch_size": SIZE * GROUPS,
            "num_batch_negs": SIZE,
            "num_uniform_negs": 0,
            "eval_fraction": 0.0,
            "workers": setting.threads,
            "verbose": 0,
        }
    )
    convert_input_data(config.entities, config.relations, config.entity_path, config.edge_paths,
                       [home / "train.tsv"], lhs_col=0, rhs_col=1)  # fmt: skip
    model = make_model(config)
    epochs = train_and_report_stats(config, model)

    def vectors(side, kind, count):
        import json

        names = json.loads((home / "entities" / f"entity_names_{kind}_0.json").read_text())
        found = np.zeros((count, DIM), np.float32)  # an item without an edge has no vector
        table = side.pick(model.lhs_embs, model.rhs_embs)[model.EMB_PREFIX + kind]
        found[np.array(names, int)] = table.weight.detach().numpy()
        return found

    def measured():
        items = vectors(Side.RHS, "item", int(x["num_items"]))
        move = model.rhs_operators[0].translation.detach().numpy()
        known = np.unique(x["train"][1])
        moved = np.zeros_like(items)
        moved[known] = items[known] + move
        return recall(vectors(Side.LHS, "user", USERS), moved, x["train"], x["test"])

    next(epochs)
    yield
    for _ in epochs:
        yield measured


ENGINES = {"course": course, "torchbiggraph": torchbiggraph}
