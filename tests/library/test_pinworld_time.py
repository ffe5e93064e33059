"""Nothing built for training knows the days after it; the recipes of the lessons run as printed."""

from __future__ import annotations

import doctest
import inspect
import re

import numpy as np
import pandas as pd
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import DAY, HIDDEN, TOTALS, TRAIN_END, recipes
from graphrec_utils.pinworld.impressions import ACTIONS, SAVE

TABLES = ("users", "pins", "boards", "queries", "creators", "advertisers", "follows")
TIME = {"boards": "created", "sessions": "start", "impressions": "time"}


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


def changed(world, rows, pin, action) -> pinworld.World:
    """Return the world in which some impressions show another pin and end with another action."""
    arrays = dict(world.arrays)
    before = arrays["shown_action"]
    messy = np.zeros(len(before), bool)  # one entry per impression instead of one per save
    messy[before == SAVE] = arrays["save_in_catch_all"]
    arrays["shown_pin"] = np.where(rows, pin, arrays["shown_pin"])
    arrays["shown_action"] = np.where(rows, ACTIONS.index(action), before)
    arrays["save_in_catch_all"] = (messy & ~rows)[arrays["shown_action"] == SAVE]
    return pinworld.World(world.seed, world.scale, arrays)


def another_future(world) -> pinworld.World:
    """Return a world with the same days 0-41: later, everybody saves random pins and asks query 0."""
    late = world.impressions["time"].to_numpy() >= TRAIN_END * DAY
    pin = np.random.default_rng(0).integers(0, world.num_pins, len(late))
    arrays = dict(changed(world, late, pin, "save").arrays)
    asked = (arrays["session_query"] >= 0) & (arrays["session_start"] >= TRAIN_END * DAY)
    arrays["session_query"] = np.where(asked, 0, arrays["session_query"])
    return pinworld.World(world.seed, world.scale, arrays)


def built(world, day) -> dict[str, np.ndarray]:
    """Return everything that can be built from the days before `day`, as named arrays."""
    out = {"images": world.images, "texts": world.texts.toarray()}
    for name, matrix in (
        *((name, graph.matrix) for name, graph in world.bipartite(day).items()),
        ("pin-pin", world.pin_pin(day)),
    ):
        out[name] = matrix.toarray()
    out |= {" ".join(key): edges for key, edges in world.relations(day).items()}
    data = world.to_hetero_data(day)
    for store in (*data.node_stores, *data.edge_stores):
        for key, value in store.items():
            out[f"hetero {store._key} {key}"] = np.asarray(value)
    events = world.interactions(ACTIONS, 0, day)
    out["interactions"] = np.stack([events.users, events.items, events.times])
    out["words of the items"] = events.item_features.matrix.toarray()
    for name in (*TABLES, "sessions", "impressions"):
        table = getattr(world, name).drop(columns=[*HIDDEN.get(name, ()), *TOTALS.get(name, ())])
        if name in TIME:
            table = table[table[TIME[name]] < day * DAY]
        for column in table:
            values = table[column]
            coded = isinstance(values.dtype, pd.CategoricalDtype)
            out[f"{name}.{column}"] = (values.cat.codes if coded else values).to_numpy()
    return out


def differing(one, other) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name in one if not np.array_equal(one[name], other[name])}


def test_another_future_changes_nothing_that_is_built_for_training(tiny):
    assert differing(built(tiny, TRAIN_END), built(another_future(tiny), TRAIN_END)) == set()


def test_the_comparison_notices_the_future_in_every_graph_and_event_table(tiny):
    found = differing(built(tiny, 56), built(another_future(tiny), 56))
    graphs = {*pinworld.SIX, "pin-pin", "board contains pin", "user save pin", "query led_to pin"}
    assert graphs | {"interactions", "impressions.pin", "sessions.query"} <= found


def test_a_planted_event_is_in_the_graphs_of_the_days_after_it_only(tiny):
    # user u saves a pin that he never met, on day 50
    time = tiny.impressions["time"].to_numpy()
    row = int(np.flatnonzero((time >= 50 * DAY) & (time < 51 * DAY))[0])
    user = tiny.impressions["user"][row]
    met = set(tiny.impressions["pin"][tiny.impressions["user"] == user])
    pin = next(p for p in range(tiny.num_pins) if p not in met)
    planted = changed(tiny, np.arange(len(time)) == row, pin, "save")

    def saved(day):
        boards = planted.bipartite(day)["board-pin"].matrix[:, [pin]].nonzero()[0]
        edges = planted.relations(day)["user", "save", "pin"][:2].T.tolist()
        return user in planted.boards["user"][boards].tolist(), [user, pin] in edges

    assert [saved(day) for day in (TRAIN_END, 49, 51)] == [(False,) * 2, (False,) * 2, (True,) * 2]
    train, val, test = (part.pairs() for part in planted.split(("save",)))
    event = user * planted.num_pins + pin
    assert [event in part for part in (train, val, test)] == [False, False, True]


def test_totals_do_see_the_future_and_are_named_for_it(tiny):
    other = another_future(tiny)
    assert tiny.boards["saves"].sum() != other.boards["saves"].sum()
    for table, columns in TOTALS.items():
        assert set(columns) <= set(getattr(tiny, table).columns), table


def test_whatever_a_world_builds_from_events_takes_the_day_where_it_ends():
    without_events = {"similarity", "digest", "split", "to_networkx"}  # a split cuts by itself
    for name, method in inspect.getmembers(pinworld.World, inspect.isfunction):
        if not name.startswith("_") and name not in without_events:
            assert {"until_day", "end_day"} & set(inspect.signature(method).parameters), name


# -- recipes -----------------------------------------------------------------------------------


def test_the_recipes_of_the_lessons_run_and_print_what_they_say():
    found = doctest.testmod(recipes)
    assert found.failed == 0 and found.attempted > 30


def test_a_recipe_has_at_most_a_dozen_lines():
    titles = r"^(Matrix|PinSage|TwHIN|MultiBiSage|PinnerFormer|OmniSage)"
    parts = re.split(titles, recipes.__doc__, flags=re.M)[2::2]
    lines = [len(re.findall(r"^    (?:>>>|\.\.\.)", part, re.M)) for part in parts]
    assert len(lines) == 6 and min(lines) > 0 and max(lines) <= 12, lines


def test_recipes_look_at_nothing_hidden():
    code = "\n".join(re.findall(r"^    (?:>>>|\.\.\.) .*", recipes.__doc__, re.M))
    hidden = {column for columns in (*HIDDEN.values(), *TOTALS.values()) for column in columns}
    assert not [c for c in hidden - {"pins"} if f'"{c}"' in code] and ".arrays" not in code
