"""How each lesson takes its data from a world: at most a dozen lines each, run by the tests.

Nothing here is to be imported: copy the lines. `until_day=TRAIN_END` is what keeps the test days
out of graphs and sequences; columns in `pinworld.HIDDEN` and `pinworld.TOTALS` are no features.
The numbers are those of "tiny"; lessons use "small".

    >>> import numpy as np
    >>> from graphrec_utils import pinworld
    >>> from graphrec_utils.pinworld import ACTIONS, POSITIVE_ACTIONS, TRAIN_END, VAL_END
    >>> world = pinworld.load("tiny")

Matrix factorization, LightGCN: saves, split by time, new pairs of known users and pins only

    >>> train, val, test = world.split(("save",))
    >>> users, pins = train.degrees()
    >>> known = (users[test.users] > 0) & (pins[test.items] > 0)
    >>> test = test.select(known).without(train)
    >>> R = train.csr()
    >>> R.shape, len(val) > len(test) > 0
    ((300, 840), True)
    >>> train
    Interactions(events 4,350, users 292 of 300, items 656 of 840, density 1.135%, time day 0 to day 41)

PinSage: a graph of boards and pins, content, and pairs (query pin, pin engaged next)

    >>> graph = world.bipartite(TRAIN_END)["board-pin"].matrix
    >>> x = np.hstack([world.images, world.texts.toarray()])
    >>> def pairs(start, end):
    ...     rows = world.events(POSITIVE_ACTIONS, start, end)
    ...     return rows.loc[rows["context"] >= 0, ["context", "pin"]].to_numpy()
    >>> train_pairs, test_pairs = pairs(0, TRAIN_END), pairs(VAL_END, 56)
    >>> graph.shape[1] == len(x) == world.num_pins, x.shape, len(train_pairs) > len(test_pairs)
    (True, (840, 1564), True)

TwHIN: facts (head, relation, tail) of nine relations, one id space for all types of nodes

    >>> from graphrec_utils.data import Triples
    >>> from graphrec_utils.pinworld.exports import NODES
    >>> names = "ad_click save long_click closeup checkout follows searched made promotes".split()
    >>> edges = {key: e for key, e in world.relations(TRAIN_END).items() if key[1] in names}
    >>> first = dict(zip(NODES, np.cumsum([0, *world.sizes.values()]), strict=False))
    >>> facts = Triples(
    ...     heads=np.concatenate([e[0] + first[source] for (source, _, _), e in edges.items()]),
    ...     rels=np.repeat(np.arange(len(edges)), [e.shape[1] for e in edges.values()]),
    ...     tails=np.concatenate([e[1] + first[target] for (_, _, target), e in edges.items()]),
    ...     num_entities=world.num_nodes, num_relations=len(edges),
    ...     relation_labels=np.array([name for _, name, _ in edges]))
    >>> facts
    Triples(facts 18,182, entities 2,365, relations 9)

MultiBiSage: six graphs that share the pins, and the degree of every pin in each

    >>> graphs = world.bipartite(TRAIN_END)
    >>> degree = np.stack([graph.matrix.sum(0) for graph in graphs.values()])
    >>> degree.shape, {name: graph.left for name, graph in graphs.items() if graph.left != "user"}
    ((6, 840), {'board-pin': 'board', 'query-pin': 'query'})
    >>> [graph.num_edges for graph in graphs.values()]
    [3048, 2588, 1180, 2174, 152, 1321]

PinnerFormer: what a user did (pin, action, second), and what he liked in the fortnight after

    >>> def sequences(day, length=64):
    ...     past = world.events(ACTIONS, 0, day).groupby("user").tail(length)
    ...     future = world.events(POSITIVE_ACTIONS, day, day + 14).groupby("user")["pin"]
    ...     wanted = future.agg(lambda pins: np.unique(pins)).to_dict()
    ...     return [
    ...         (user, rows["pin"].to_numpy(), rows["action"].cat.codes.to_numpy(),
    ...          rows["time"].to_numpy(), wanted[user])
    ...         for user, rows in past.groupby("user") if user in wanted]
    >>> train, test = sequences(TRAIN_END - 14), sequences(TRAIN_END)
    >>> len(train), len(test)
    (238, 233)

OmniSage: boards, pins next to each other, content and sequences in one heterogeneous graph

    >>> import torch
    >>> data = world.to_hetero_data(TRAIN_END)
    >>> near = world.pin_pin(TRAIN_END).tocoo()
    >>> data["pin", "next", "pin"].edge_index = torch.from_numpy(np.stack(near.coords)).long()
    >>> data["pin", "next", "pin"].edge_weight = torch.from_numpy(near.data)
    >>> rows = world.events(ACTIONS, 0, TRAIN_END)
    >>> last = {user: pins.to_numpy() for user, pins in rows.groupby("user")["pin"]}
    >>> data["board", "contains", "pin"].num_edges > 0, data["pin", "next", "pin"].num_edges > 0
    (True, True)
    >>> data["pin"].x.shape, len(last)
    (torch.Size([840, 64]), 300)
"""
