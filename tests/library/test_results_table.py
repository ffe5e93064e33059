"""A comparison names the size, the trials and what left the lists, and compares what has one size."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils import results, style

KNOWN = "past saves leave every list"
PINSAGE = {"NDCG@20": 0.2131, "d": 64, "trials": 17, "rate": 0.003}
IALS = {"NDCG@20": 0.209, "d": 64, "trials": 17, "parameters": 640_000}
POPULAR = {"NDCG@20": 0.04449, "d": None, "trials": 0}
ROWS = {"popularity": POPULAR, "PinSage": PINSAGE, "iALS, d = 64": IALS}


def table(rows=ROWS, known=KNOWN, **change):
    return results.table(rows, known=known, **change)


def opened(shown) -> str:
    """Return the HTML that is seen before anybody opens the fold."""
    return re.sub("<details.*?</details>", "", shown._repr_html_(), flags=re.DOTALL)


def test_a_terminal_shows_what_was_measured_then_the_rest():
    assert repr(table(headline=("PinSage", "iALS, d = 64"))).splitlines() == [
        "              NDCG@20   d",
        "PinSage         0.213  64",
        "iALS, d = 64    0.209  64",
        "popularity      0.044   –",
        "Past saves leave every list. d: numbers per thing.",
        "",
        "               d  trials   rate  parameters",
        "PinSage       64      17  0.003           –",
        "iALS, d = 64  64      17      –     640,000",
        "popularity     –       0      –           –",
    ]


def test_the_page_shows_scores_and_size_and_folds_the_rest():
    page, whole = opened(table()), table()._repr_html_()
    assert "NDCG@20" in page and ">64<" in page and "Past saves leave every list." in page
    assert "trials" not in page and "640,000" not in page
    assert "3 rows, trials, rate, parameters</summary>" in whole and "640,000" in whole


def test_seven_rows_are_in_the_open_and_all_in_the_fold():
    shown = table({f"m{k}": POPULAR for k in range(9)}, headline=("m8",))
    assert opened(shown).count('scope="row"') == 7 and ">m8<" in opened(shown)
    assert "2 more below" in opened(shown)
    assert shown._repr_html_().count('scope="row"') == 7 + 9


def test_a_method_has_its_mark_of_the_figures():
    page = opened(table())
    assert page.count("<svg") == 3 and style.METHOD["iALS"]["color"] in page
    assert "#111111" not in opened(table({"LightGCN": POPULAR}))


@pytest.mark.parametrize("marker", [look["marker"] for look in style.METHOD.values()])
def test_every_mark_is_one_outline(marker, monkeypatch):
    monkeypatch.setitem(style.METHOD, "new", {"color": "#123456", "marker": marker})
    assert 'fill="#123456"' in opened(table({"new, d = 8": POPULAR}))


def test_digits_are_of_what_was_measured_only():
    assert "0.21310" in repr(table(digits=5)) and "0.00300" not in repr(table(digits=5))


def test_a_text_a_count_and_a_hole_stand_as_they_are():
    rows = {
        "a": {"found": ".2, from .1 to .3", "pins": np.int64(1234), "d": 1, "trials": 1},
        "b": {"found": float("nan"), "d": 1, "trials": 1},
        "c": {"late": np.float32(0.5), "d": 1, "trials": 1},
    }
    shown = repr(table(rows)).splitlines()
    assert shown[0].split() == ["found", "pins", "late", "d"]
    assert shown[1] == "a  .2, from .1 to .3  1,234      –  1"
    assert shown[2].split() == ["b", "–", "–", "–", "1"]
    assert shown[3].split() == ["c", "–", "–", "0.500", "1"]


def test_names_are_escaped():
    assert "<b>" not in table({"<b>": POPULAR})._repr_html_()


def test_a_rival_of_another_size_is_refused_with_both_sizes():
    rows = ROWS | {"iALS, d = 128": IALS | {"d": 128}}
    with pytest.raises(ValueError, match="'PinSage' with d = 64 and 'iALS, d = 128' with d = 128"):
        table(rows, headline=("PinSage", "iALS, d = 128"))
    table(rows, headline=("PinSage", "iALS, d = 64"))


def test_no_vectors_are_as_large_as_any():
    table(headline=("popularity", "PinSage", "iALS, d = 64"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"x": 1.0, "trials": 3}, "row 'a' lacks d"),
        ({"x": 1.0, "d": 8}, "row 'a' lacks trials"),
        ({"x": 1.0, "d": 8, "trials": None}, "row 'a' lacks trials"),
        ({"x": 1.0, "d": 0, "trials": 1}, "d of row 'a' must be a whole number"),
        ({"x": 1.0, "d": 1.5, "trials": 1}, "d of row 'a' must be a whole number"),
        ({"d": 8, "x": 1.0, "trials": 1}, "must begin with what was measured"),
    ],
)
def test_a_row_says_its_size_and_its_trials(row, said):
    with pytest.raises(ValueError, match=said):
        table({"a": row})


@pytest.mark.parametrize("known", ["", " ", None])
def test_what_left_the_lists_is_said(known):
    with pytest.raises(ValueError, match="known must say"):
        table(known=known)
    with pytest.raises(TypeError, match="known"):
        results.table(ROWS)


def test_a_headline_names_rows_that_are_there():
    with pytest.raises(ValueError, match="names 'SASRec'"):
        table(headline=("SASRec",))
    with pytest.raises(ValueError, match="rows is empty"):
        table({})
