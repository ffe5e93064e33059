"""A world in other formats: facts, PyTorch Geometric and networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphrec_utils.pinworld import graphs
from graphrec_utils.pinworld.entities import DAYS
from graphrec_utils.pinworld.impressions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from torch_geometric.data import HeteroData

    from graphrec_utils.data import Triples

LARGEST_NETWORKX = 5000  # nodes


def relations(world, until_day: float = DAYS) -> dict[tuple[str, str, str], np.ndarray]:
    """Return all typed edges of a world up to a day: (source, relation, target) -> (2 or 3, E).

    Row 0 holds sources, row 1 targets; relations that happen at a moment have a row 2 with the
    second. Events are one edge each, in time order, so a pair may occur more than once;
    ownership and follows have no moment and no pair twice.

    Raises:
        ValueError: until_day is not between 0 and 56.
    """
    events = world.events(ACTIONS, 0, until_day).sort_values("time", kind="stable")
    out = {}
    for action in ACTIONS:
        rows = events[events["action"] == action]
        out["user", action, "pin"] = rows[["user", "pin", "time"]].to_numpy(np.int64).T
    saves = events[events["action"] == "save"]
    out["board", "contains", "pin"] = saves[["board", "pin", "time"]].to_numpy(np.int64).T
    boards = np.unique(saves["board"])
    owner = world.boards["user"].to_numpy()[boards]
    out["user", "owns", "board"] = np.stack([owner, boards])
    out["user", "follows", "creator"] = world.follows[["user", "creator"]].to_numpy(np.int64).T
    for author, verb in (("creator", "made"), ("advertiser", "promotes")):
        by = world.pins[author].to_numpy()
        known = np.flatnonzero((by >= 0) & (world.pins["born"].to_numpy() < until_day * 86_400))
        out[author, verb, "pin"] = np.stack([by[known], known])
    first = world.sessions[world.sessions["query"] >= 0]
    first = first[first["start"] < until_day * 86_400].sort_values("start", kind="stable")
    out["user", "searched", "query"] = first[["user", "query", "start"]].to_numpy(np.int64).T
    found = events[events["query"] >= 0]
    out["query", "led_to", "pin"] = found[["query", "pin", "time"]].to_numpy(np.int64).T
    return out


def to_triples(
    world, until_day: float = DAYS, only: Collection[str] | None = None
) -> tuple[Triples, dict[str, int]]:
    """Return the edges of `relations` as facts, each once, and the first entity of every node type.

    Pin p is entity `first["pin"] + p`; the types follow each other in the order of `World.sizes`.

    Args:
        until_day: edges from before this day.
        only: names of relations, such as ("save", "made"), in the order of their ids; None: all.

    Raises:
        ValueError: a relation is unknown, or until_day is not between 0 and 56.
    """
    from graphrec_utils.data import Triples

    found = {name: (s, t, edges) for (s, name, t), edges in relations(world, until_day).items()}
    only = tuple(found) if only is None else tuple(only)
    if unknown := [name for name in only if name not in found]:
        raise ValueError(f"there is no relation {unknown[0]!r}; known are {', '.join(found)}")
    sizes = dict(zip(NODES, world.sizes.values(), strict=True))
    first = dict(zip(NODES, np.cumsum([0, *sizes.values()]).tolist(), strict=False))
    facts = [np.empty((0, 3), np.int64)]
    for r, (source, target, edges) in enumerate(found[name] for name in only):
        pairs = np.unique(edges[:2], axis=1) + np.array([[first[source]], [first[target]]])
        facts.append(np.stack([pairs[0], np.full(pairs.shape[1], r), pairs[1]], axis=1))
    types = np.repeat(np.array(NODES, dtype=object), list(sizes.values()))
    labels = np.array([f"{n} {k}" for n, size in sizes.items() for k in range(size)], dtype=object)
    triples = Triples(
        *np.concatenate(facts).T,
        len(types),
        len(only),
        entity_labels=labels,
        relation_labels=np.array(only, dtype=object),
        entity_types=types,
    )
    return triples, first


def to_hetero_data(world, until_day: float = DAYS) -> HeteroData:
    """Return the world as PyTorch Geometric's HeteroData; nothing hidden is in it.

    Nodes: user, pin, board (those made before the day), query, creator, advertiser. Pins have `x` (pins, 64) images,
    `words` (pins, 1500) dense counts and `kind` (pins,). Edges are those of `relations`, with
    `edge_index` (2, E) in one direction (torch_geometric.transforms.ToUndirected adds the
    other) and, where there is one, `time` (E,) in seconds.

    Raises:
        ValueError: until_day is not between 0 and 56.
    """
    import torch
    from torch_geometric.data import HeteroData

    data = HeteroData()
    for node, count in zip(NODES, world.sizes.values(), strict=True):
        data[node].num_nodes = graphs.num_boards(world, until_day) if node == "board" else count
    data["pin"].x = torch.from_numpy(world.images)
    data["pin"].words = torch.from_numpy(world.texts.toarray())
    data["pin"].kind = torch.from_numpy(world.arrays["pin_kind"].copy())
    for triple, edges in relations(world, until_day).items():
        rows = torch.from_numpy(np.array(edges, np.int64, order="C"))  # a writable copy
        data[triple].edge_index = rows[:2]
        if len(rows) == 3:
            data[triple].time = rows[2]
    return data


def to_networkx(world) -> nx.MultiGraph:
    """Return a small world as a networkx graph, to draw it and to walk on it.

    Nodes are pairs like ("pin", 17) with an attribute `type`; edges have `relation` and, where
    there is one, `time`.

    Raises:
        ValueError: the world has more than 5,000 nodes.
    """
    if world.num_nodes > LARGEST_NETWORKX:
        raise ValueError(
            f"networkx is for worlds of up to {LARGEST_NETWORKX:,} nodes, and this one has "
            f"{world.num_nodes:,}; use pinworld.load('tiny'), or to_hetero_data()"
        )
    import networkx as nx

    graph = nx.MultiGraph()
    for node, count in zip(NODES, world.sizes.values(), strict=True):
        graph.add_nodes_from(((node, i) for i in range(count)), type=node)
    for (source, relation, target), edges in relations(world).items():
        for s, t, *time in edges.T.tolist():
            moment = {"time": time[0]} if time else {}
            graph.add_edge((source, s), (target, t), relation=relation, **moment)
    return graph


NODES = ("user", "pin", "board", "query", "creator", "advertiser")  # in the order of World.sizes
