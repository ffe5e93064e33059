"""PinWorld's tables against slow oracles; events, interactions and time splits."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import DAY, POSITIVE_ACTIONS, tables
from graphrec_utils.pinworld.content import looks_like, shares_words_with, vocabulary


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


def test_the_context_is_the_last_pin_if_it_was_engaged(tiny):
    expected, last = [], {}
    columns = ("session", "pin", "action")
    for session, pin, action in tiny.impressions[list(columns)].itertuples(index=False):
        before, how = last.get(session, (-1, None))
        expected.append(before if how in POSITIVE_ACTIONS and before != pin else -1)
        if isinstance(action, str):  # NaN: nothing was done
            last[session] = (pin, action)
    assert tiny.impressions["context"].tolist() == expected


def test_half_of_the_actions_have_a_context(tiny):
    acted = tiny.impressions[tiny.impressions["action"].notna()]
    assert 0.5 < (acted["context"] >= 0).mean() < 0.9


def test_impressions_of_a_session_are_30_seconds_apart(tiny):
    first = tiny.impressions[tiny.impressions["session"] == 0]["time"]
    assert first.diff().dropna().eq(30).all() and len(first) > 1
    assert first.iloc[0] == tiny.sessions.loc[0, "start"]


def test_a_day_begins_with_its_first_second_and_ends_before_the_next():
    time = np.add.outer([-1, 0], DAY * np.array([1, 2, 3])).ravel()
    saves = pd.DataFrame({"time": time, "action": pd.Categorical(["save"] * 6, pinworld.ACTIONS)})
    found = tables.select(saves, ("save",), 1, 3)["time"]
    assert found.tolist() == [2 * DAY - 1, 3 * DAY - 1, DAY, 2 * DAY]


def test_a_board_is_created_by_its_first_save_and_counts_its_saves(tiny):
    saves = tiny.events(("save",)).groupby("board")["time"]
    assert tiny.boards["created"].tolist() == saves.min().tolist()
    assert tiny.boards["saves"].tolist() == saves.size().tolist()


def test_boards_are_numbered_by_their_first_save(tiny):
    assert tiny.boards["created"].is_monotonic_increasing


def test_a_board_holds_pins_of_its_topic_unless_it_is_the_catch_all(tiny):
    saves = tiny.events(("save",))
    topic = tiny.boards["topic"].astype(object)[saves["board"]].to_numpy()
    of_pin = tiny.pins["topic"].astype(object)[saves["pin"]].to_numpy()
    named = tiny.boards["topic"].notna()[saves["board"]].to_numpy()
    assert (topic == of_pin)[named].all() and not named.all()


def test_creators_and_advertisers_count_their_pins(tiny):
    for table, column in ((tiny.creators, "creator"), (tiny.advertisers, "advertiser")):
        count = Counter(tiny.pins[column])
        assert table["pins"].tolist() == [count[i] for i in table.index]


def test_users_without_drift_have_no_new_topic(tiny):
    assert (tiny.users["drift_day"].isna() == tiny.users["new_topic"].isna()).all()


def test_the_hidden_columns_exist():
    world = pinworld.load("tiny")
    for table, columns in pinworld.HIDDEN.items():
        assert set(columns) <= set(getattr(world, table).columns), table


def test_titles_and_words_agree_with_the_bag_of_words(tiny):
    pin = int(np.flatnonzero(tiny.pins["words"] > 2)[0])
    words = tiny.titles[pin].partition(": ")[2].split()
    counts = tiny.texts[[pin]].toarray()[0]
    assert Counter(words) == Counter({vocabulary()[i]: counts[i] for i in counts.nonzero()[0]})
    assert tiny.texts.sum() == tiny.pins["words"].sum()


def test_a_pin_without_text_has_a_title_without_words(tiny):
    pin = int(np.flatnonzero(tiny.pins["words"] == 0)[0])
    assert tiny.titles[pin] == f"{tiny.pins['kind'][pin]} {pin}"


def test_topics_look_alike_in_pairs_and_share_words_in_other_pairs():
    topics = np.arange(24)
    assert looks_like(topics)[:4].tolist() == [1, 0, 3, 2]
    assert shares_words_with(topics)[:4].tolist() == [23, 2, 1, 4]
    for partner in (looks_like, shares_words_with):
        assert (partner(partner(topics)) == topics).all() and (partner(topics) != topics).all()


def test_images_are_64_numbers_per_pin(tiny):
    assert tiny.images.shape == (840, 64) and tiny.images.dtype == np.float32
    assert 0.5 < tiny.images.std() < 1.5


def test_events_are_the_impressions_of_these_actions_and_days(tiny):
    rows = tiny.events(("save", "hide"), 10, 20)
    assert set(rows["action"]) == {"save", "hide"}
    assert rows["time"].between(10 * DAY, 20 * DAY - 1).all()
    parts = [tiny.events(("save", "hide"), a, b) for a, b in ((0, 10), (10, 20), (20, 56))]
    assert sum(map(len, parts)) == len(tiny.events(("save", "hide")))


def test_one_action_may_be_given_as_a_word(tiny):
    assert tiny.events("save").equals(tiny.events(("save",)))


def test_an_unknown_action_is_answered_with_the_eight(tiny):
    with pytest.raises(ValueError, match="unknown action 'like'; the actions are hide, short_"):
        tiny.events(("save", "like"))


@pytest.mark.parametrize("days", [(-1, 3), (5, 4), (0, 57)])
def test_days_out_of_order_or_range_are_named(tiny, days):
    with pytest.raises(ValueError, match="days run from 0 to 56"):
        tiny.events(("save",), *days)


def test_interactions_are_the_rows_of_the_table(tiny):
    events, rows = tiny.interactions(("long_click",)), tiny.events(("long_click",))
    assert events.users.tolist() == rows["user"].tolist()
    assert events.items.tolist() == rows["pin"].tolist()
    assert events.times.tolist() == rows["time"].tolist()
    assert (events.num_users, events.num_items) == (300, 840)
    assert (events.summary()["first"], events.summary()["last"]) == ("day 0", "day 55")
    assert events.item_features.matrix.shape == (840, 1500) and len(events.item_labels) == 840


def test_a_split_cuts_time_at_days_42_and_49_and_loses_nothing(tiny):
    train, val, test = tiny.split(("save", "closeup"))
    assert train.times.max() < 42 * DAY <= val.times.min()
    assert val.times.max() < 49 * DAY <= test.times.min()
    assert len(train) + len(val) + len(test) == len(tiny.events(("save", "closeup")))


def test_the_parts_of_a_split_share_their_ids(tiny):
    assert {(part.num_users, part.num_items) for part in tiny.split()} == {(300, 840)}


def test_a_temporal_split_of_interactions_works_as_for_real_data(tiny):
    train, val, test = tiny.interactions().temporal_split((0.8, 0.1, 0.1))
    assert train.times.max() < val.times.min() <= val.times.max() < test.times.min()
