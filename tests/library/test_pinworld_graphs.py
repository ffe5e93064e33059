"""PinWorld's graphs against slow oracles, and its exports to PyTorch Geometric and networkx."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import ACTIONS, DAY, POSITIVE_ACTIONS
from graphrec_utils.pinworld.exports import relations


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


@pytest.fixture(scope="module")
def graphs(tiny):
    return tiny.bipartite(42)


def slow_edges(world, name, until_day) -> Counter:
    """Count the pairs of one of the six graphs row by row."""
    count = Counter()
    kinds = world.pins["kind"].astype(str).tolist()
    for row in world.impressions.itertuples(index=False):
        if row.time >= until_day * DAY or row.action not in POSITIVE_ACTIONS:
            continue
        if name == "board-pin" and row.action == "save":
            count[row.board, row.pin] += 1
        elif name == "user-pin" and row.action == "long_click":
            count[row.user, row.pin] += 1
        elif name == "query-pin" and row.query >= 0:
            count[row.query, row.pin] += 1
        elif name == f"user-{kinds[row.pin]}":
            count[row.user, row.pin] += 1
            if row.context >= 0:
                count[row.user, row.context] += 1
    return count


@pytest.mark.parametrize("name", pinworld.SIX)
def test_a_graph_has_the_edges_that_a_loop_over_rows_counts(tiny, graphs, name):
    matrix = graphs[name].matrix.tocoo()
    edges = zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True)
    found = {(left, pin): count for left, pin, count in edges}
    assert len(found) == graphs[name].num_edges  # no pair twice
    assert found == slow_edges(tiny, name, 42)


def test_the_six_graphs_share_the_pins_and_name_their_left_side(tiny, graphs):
    assert tuple(graphs) == pinworld.SIX
    assert {graph.matrix.shape[1] for graph in graphs.values()} == {tiny.num_pins}
    left = {name: graph.left for name, graph in graphs.items()}
    assert left == {n: n.partition("-")[0] for n in pinworld.SIX}


def test_what_happens_later_does_not_change_a_graph(tiny):
    arrays = dict(tiny.arrays)
    late = tiny.impressions["time"].to_numpy() >= 42 * DAY
    arrays["shown_pin"] = np.where(late, 0, arrays["shown_pin"])
    other = pinworld.World(0, 0.12, arrays)
    for name in ("user-pin", "user-ad", "query-pin"):  # boards are numbered by all saves
        assert (tiny.bipartite(42)[name].matrix != other.bipartite(42)[name].matrix).nnz == 0
    assert (tiny.pin_pin(42) != other.pin_pin(42)).nnz == 0
    assert (tiny.pin_pin() != other.pin_pin()).nnz > 0


def test_pin_pin_counts_neighbors_in_sessions_both_ways(tiny):
    count = Counter()
    for row in tiny.events(POSITIVE_ACTIONS, 0, 42).itertuples():
        if row.context >= 0:
            count[row.context, row.pin] += 1
            count[row.pin, row.context] += 1
    matrix = tiny.pin_pin(42).tocoo()
    found = dict(
        zip(zip(matrix.row.tolist(), matrix.col.tolist(), strict=True), matrix.data, strict=True)
    )
    assert found == count
    assert all(pin != other for pin, other in found)


def test_day_0_has_no_graph_yet(tiny):
    assert sum(graph.num_edges for graph in tiny.bipartite(0).values()) == 0
    assert tiny.pin_pin(0).nnz == 0


def test_a_day_out_of_range_is_named(tiny):
    with pytest.raises(ValueError, match="days run from 0 to 56"):
        tiny.bipartite(57)


def test_relations_hold_only_ids_that_exist(tiny):
    sizes = dict(
        zip(
            ("user", "pin", "board", "query", "creator", "advertiser"),
            tiny.sizes.values(),
            strict=True,
        )
    )
    for (source, _, target), edges in relations(tiny).items():
        for row, node in enumerate((source, target)):
            assert edges[row].min() >= 0 and edges[row].max() < sizes[node]


def test_relations_until_a_day_end_before_it(tiny):
    for (_, name, _), edges in relations(tiny, 42).items():
        if len(edges) == 3:
            assert edges[2].max() < 42 * DAY, name
    made = relations(tiny, 42)["creator", "made", "pin"][1]
    assert (tiny.pins["born"][made] < 42 * DAY).all()


def test_ownership_making_and_following_have_no_edge_twice(tiny):
    for (_, name, _), edges in relations(tiny).items():
        if name in ("owns", "follows", "made", "promotes"):
            assert len(np.unique(edges, axis=1).T) == edges.shape[1], name


def test_hetero_data_is_valid_and_has_all_edges(tiny):
    data = tiny.to_hetero_data()
    assert data.validate()
    assert data.node_types == ["user", "pin", "board", "query", "creator", "advertiser"]
    for action in ACTIONS:
        assert data["user", action, "pin"].num_edges == len(tiny.events((action,)))
    assert data["user", "follows", "creator"].num_edges == len(tiny.follows)
    assert data.num_nodes == tiny.num_nodes


def test_hetero_data_contains_nothing_hidden(tiny):
    data = tiny.to_hetero_data(42)
    assert set(data["pin"].keys()) == {"num_nodes", "x", "words", "kind"}
    for node in ("user", "board", "query", "creator", "advertiser"):
        assert set(data[node].keys()) == {"num_nodes"}


def test_hetero_data_becomes_undirected_with_pyg(tiny):
    from torch_geometric.transforms import ToUndirected

    data = ToUndirected()(tiny.to_hetero_data(42))
    assert data["pin", "rev_save", "user"].num_edges == data["user", "save", "pin"].num_edges


def test_networkx_has_every_node_and_edge(tiny):
    graph = tiny.to_networkx()
    assert graph.number_of_nodes() == tiny.num_nodes
    assert graph.number_of_edges() == sum(e.shape[1] for e in relations(tiny).values())
    assert graph.nodes["pin", 17] == {"type": "pin"}
    follow = tiny.follows.iloc[0]
    (edge,) = graph.get_edge_data(("user", follow["user"]), ("creator", follow["creator"])).values()
    assert edge == {"relation": "follows"}


def test_networkx_is_refused_for_a_large_world():
    with pytest.raises(ValueError, match="up to 5,000 nodes"):
        pinworld.load("small").to_networkx()


def test_facts_are_the_relations_each_once_in_one_space_of_entities():
    world = pinworld.load("tiny")
    facts, first = world.to_triples(30, ("save", "made"))
    edges = world.relations(30)
    saves = np.unique(edges["user", "save", "pin"][:2], axis=1)
    own = facts.array()[facts.rels == 0]
    assert (own[:, 0] == saves[0] + first["user"]).all()
    assert (own[:, 2] == saves[1] + first["pin"]).all()
    assert set(facts.entity_types[facts.heads[facts.rels == 1]]) == {"creator"}
    assert facts.relation_labels.tolist() == ["save", "made"]
    assert facts.num_entities == sum(world.sizes.values()) == world.num_nodes
    assert facts.entity_labels[first["pin"] + 3] == "pin 3"
    everything, _ = world.to_triples()
    assert everything.num_relations == len(world.relations())
    with pytest.raises(ValueError, match="no relation 'likes'"):
        world.to_triples(only=["likes"])
