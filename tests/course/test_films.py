"""Your five films: how they are found and kept, what is recommended to them, and the way in the graph."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.data import Features, Interactions
from graphrec_utils.exercises import films, memory
from graphrec_utils.fitted import likes as fitted
from graphrec_utils.models import baselines

TITLES = (
    "Matrix, The (1999)",
    "Amélie (2001)",
    "Matrix Reloaded, The (2003)",
    "WALL·E (2008)",
    "Up (2009)",
)
# Ann and Bob like Matrix and Up, Eve likes Amélie and WALL·E, Dan the two Matrix films
PAIRS = [(0, 0), (0, 4), (1, 0), (1, 4), (2, 1), (2, 3), (3, 0), (3, 2)]
FEW = (
    ("01", "most liked", baselines.popularity),
    ("04", "fans", baselines.item2item),
)


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    users, items = np.array(PAIRS).T
    likes = Interactions(users, items, 4, 5, item_labels=np.array(TITLES, dtype=object))
    monkeypatch.setattr(films, "catalog", lambda: likes)
    monkeypatch.setattr(films, "MET", FEW)
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    monkeypatch.setenv("GRAPHREC_RECORD", "1")
    films._titles.cache_clear(), films._shown.cache_clear()
    yield
    films._titles.cache_clear(), films._shown.cache_clear()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the matrix", [0, 2]),  # three fans before one
        ("AMELIE", [1]),
        ("wall-e 2008", [3]),
        ("matrix up", []),
        ("", []),
    ],
)
def test_words_of_a_title_find_it(words, found):
    assert films.search(words) == found


def test_what_is_chosen_is_kept_and_what_is_not_found_changes_nothing():
    assert films.my_films("01", "wall-e", "matrix").mine == [3, 0]
    assert memory.read()["films"] == ["WALL·E (2008)", "Matrix, The (1999)"]
    assert "no film has the words 'Amelia'" in films.my_films("01", "up", "Amelia")
    assert "Amélie (2001)" in films.my_films("01", "Amelia (2001)")
    assert films.my_films("04").mine == [3, 0]


def test_a_damaged_progress_file_costs_no_film_list(tmp_path):
    (tmp_path / "progress.json").write_text(json.dumps({"exercises": {}, "films": 3}))
    assert films.my_films("01").mine


def test_lists_have_the_methods_met_so_far_and_nothing_of_yours():
    early, later = films.my_films("01", "matrix", "up"), films.my_films("04")
    assert list(early.lists) == ["most liked"]
    assert list(later.lists) == ["most liked", "fans"]
    assert not {0, 4} & set(later.lists["fans"][:3])
    assert later.lists["fans"][0] == 2  # its fan likes Matrix


def test_a_method_is_trained_once_for_the_same_films(monkeypatch):
    fitted = []

    def counted(likes):
        fitted.append(likes)
        return baselines.popularity(likes)

    monkeypatch.setattr(films, "MET", (("01", "most liked", counted),))
    first = films.my_films("01", "matrix", "up").lists
    assert films.my_films("04", "matrix", "up").lists == first and len(fitted) == 1
    films.my_films("04", "up")
    assert len(fitted) == 2


def test_one_list_is_fused_of_all_by_their_ranks():
    fused = films.my_films("18", "matrix", "up").lists
    assert list(fused) == ["most liked", "fans", "all, fused"]
    first = {fused["most liked"][0], fused["fans"][0]}
    assert fused["all, fused"][0] in first and len(fused["all, fused"]) == len(fused["fans"])


def test_what_trains_for_long_is_shown_later_in_its_own_lesson_only(monkeypatch):
    monkeypatch.undo()
    assert "LightGCN" in films.met("10") and "LightGCN" not in films.met("12")
    assert not set(films.SLOW) & set(films.met("18"))
    assert set(films.SLOW) < {name for _, name, _ in films.MET}


def test_three_interests_share_the_places_and_none_is_a_film_of_yours():
    """Ann and Bob like Matrix and Up, Eve the other two: each of two medoids brings its own."""
    likes = films.with_user(films.catalog(), [0, 3])
    scores = fitted.Medoids(likes).scores(np.array([4]))
    assert scores[0, [0, 3]].tolist() == [0, 0]
    assert sorted(scores[0, [1, 2, 4]]) == [1, 2, 3]


def test_a_genre_is_an_entity_and_a_film_without_one_has_no_fact():
    X = Features(np.array([[1, 0], [1, 1], [0, 0], [0, 1], [0, 0]]), np.array(["drama", "fun"]))
    facts, users, entities = fitted.facts_of(replace(films.catalog(), item_features=X))
    assert (facts.num_entities, facts.num_relations, len(facts)) == (4 + 5 + 2, 2, len(PAIRS) + 4)
    assert entities.tolist() == [4, 5, 6, 7, 8] and users.tolist() == [0, 1, 2, 3]
    of_genres = facts.array()[facts.rels == 1]
    assert of_genres[:, [0, 2]].tolist() == [[4, 9], [5, 9], [5, 10], [7, 10]]


def test_you_are_one_more_user_with_your_films():
    likes = films.with_user(films.catalog(), [1, 4])
    assert likes.num_users == 5
    assert likes.csr()[[4]].indices.tolist() == [1, 4]
    assert likes.csr()[:4].sum() == len(PAIRS)


def test_the_way_is_the_strongest_of_three_steps():
    mine = films.my_films("04", "matrix 1999", "amelie")
    way = mine.path(4)
    assert (way.through, way.fans, way.common) == (0, [0, 1], 2)
    assert "Up (2009), because of The Matrix (1999): 2 who" in mine.because("most liked")
    assert films.my_films("04", "up").path(3) is None


def test_the_card_shows_lists_and_ways_and_escapes_titles():
    mine = films.my_films("04", "matrix 1999", "amelie")
    mine.likes.item_labels[4] = "<b>Up</b> (2009)"
    html = mine._repr_html_()
    assert "&lt;b&gt;Up" in html and "<b>Up" not in html
    assert html.count("<svg") == 2
    assert html.count('<th scope="col"') == 3


def test_a_year_stays_in_a_title_and_other_brackets_go():
    mine = films.my_films("01", "up")
    mine.likes.item_labels[4] = "City of Lost Children, The (Cité des enfants perdus, La) (1995)"
    assert mine.title(4) == "The City of Lost Children (1995)"


def test_pinworld_takes_the_place_of_missing_files(monkeypatch, capsys):
    monkeypatch.undo()
    films.catalog.cache_clear()

    def load(name, fallback):
        print(f"NOTICE: {name} is not available here, {films.STAND_IN}.")
        return pinworld.load("small").interactions()

    monkeypatch.setattr(films.datasets, "load", load)
    monkeypatch.setattr(films, "MET", FEW)
    monkeypatch.setenv("GRAPHREC_RECORD", "0")
    films._titles.cache_clear()
    try:
        shown = films.my_films("04")
        assert films.STAND_IN in capsys.readouterr().out
        assert len(shown.mine) == 5 and len(shown.lists["fans"]) == films.SHOWN
    finally:
        films.catalog.cache_clear()
        films._titles.cache_clear()


def test_every_method_is_a_model(monkeypatch):
    """All learn from likes as small as these, and score every film of the last user."""
    monkeypatch.undo()
    users, items = np.array(PAIRS).T
    likes = films.with_user(
        Interactions(users, items, 4, 5, item_labels=np.array(TITLES, dtype=object)), [0, 4]
    )
    for number, name, fit in films.MET:
        scores = fit(likes).scores(np.array([4]))
        assert np.shape(scores) == (1, 5), name
        assert len(number) == 2 and number.isdigit()
