"""PinWorld's picture of itself: the schema, and the report of premises."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from graphrec_utils import pinworld
from graphrec_utils.authoring.pinworld_report import lists, report
from graphrec_utils.authoring.pinworld_report.premise import Premise

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


@pytest.fixture(scope="module")
def picture(tiny):
    return ET.fromstring(tiny._repr_html_())


# -- the schema ------------------------------------------------------------------------------


def test_the_picture_is_well_formed_and_has_a_text_for_screen_readers(tiny, picture):
    assert picture.tag == f"{SVG}svg" and picture.get("role") == "img"
    label = picture.get("aria-label")
    assert "300 users" in label and f"{len(tiny.boards):,} boards" in label


def test_the_picture_shows_every_node_type_and_relation_with_its_size(tiny, picture):
    words = [text.text for text in picture.iter(f"{SVG}text")]
    for node, count in tiny.sizes.items():
        assert words[words.index(node) + 1] == f"{count:,}"
    for action in pinworld.ACTIONS:
        assert f"{action.replace('_', ' ')} {len(tiny.events(action)):,}" in words
    hetero = ("owns", "contains", "follows", "made", "searched", "led to", "promotes", "next")
    assert all(any(w.startswith(name + " ") for w in words) for name in hetero)


def test_the_picture_is_readable_on_a_dark_page(picture):
    # text outside the two filled shapes takes the color of the page
    fills = {text.get("fill") for text in picture.iter(f"{SVG}text")}
    assert fills == {"currentColor", "#fff", "#000"}
    on_shapes = [t.text for t in picture.iter(f"{SVG}text") if t.get("fill") != "currentColor"]
    assert [t.split()[0] for t in on_shapes if t[0].isalpha()] == [
        "pins",
        "organic",
        "idea",
        "product",
        "ad",
        "users",
    ]


def test_nothing_sticks_out_of_the_picture(picture):
    _, _, width, height = map(float, picture.get("viewBox").split())
    for text in picture.iter(f"{SVG}text"):
        half = 3.6 * len(text.text)  # 7.2 is wide for a letter of 13 px
        assert half <= float(text.get("x")) <= width - half, text.text
        assert 10 <= float(text.get("y")) <= height


def test_the_negatives_are_dashed(picture):
    dashed = [p for p in picture.iter(f"{SVG}path") if p.get("stroke-dasharray")]
    assert len(dashed) == len(pinworld.NEGATIVE_ACTIONS)


def test_the_text_is_one_line(tiny):
    assert repr(tiny).startswith("PinWorld(seed=0, scale=0.12): 300 users, 840 pins, ")


# -- the lists behind the premises -----------------------------------------------------------


def test_nobody_is_related_to_himself_and_a_pin_may_be_asked_for_twice():
    z = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]], np.float32)
    queries = np.array([0, 2, 0])
    assert lists.near(z, queries, 2).tolist() == [[1, 2], [1, 0], [1, 2]]
    scores = lambda pins: z[pins] @ z.T  # noqa: E731
    assert lists.related(scores, queries, 3, 2).tolist() == lists.near(z, queries, 2).tolist()


def test_a_hit_is_a_target_in_its_list():
    hits = lists.hit_rates(np.array([[1, 2], [0, 1]]), np.array([2, 2]), 3)
    assert hits.tolist() == [1, 0]


def test_a_step_divides_by_how_often_a_pair_was_seen():
    P = lists.steps(sp.csr_array(np.array([[3.0, 1.0]]))).toarray()  # a board with 2 pins
    assert P.tolist() == [[0, 0.75, 0.25], [1, 0, 0], [1, 0, 0]]


def test_rows_of_length_0_stay():
    assert lists.unit_rows(np.array([[3.0, 4.0], [0, 0]])).tolist() == [
        [pytest.approx(0.6), pytest.approx(0.8)],
        [0, 0],
    ]


# -- the report ------------------------------------------------------------------------------


def premise(*, holds: bool) -> Premise:
    table = pd.DataFrame({"value": [1.0, 0.25]}, index=["a", "b"])
    return Premise("name", "Is it so?", {"it is": holds}, table, table, "bar", ("x", "y"))


def test_a_claim_that_does_not_hold_is_shouted():
    assert "DOES NOT HOLD  it is" in report.text(premise(holds=False))
    assert "holds          it is" in report.text(premise(holds=True))


@pytest.mark.parametrize("holds, code", [(True, 0), (False, 1)])
def test_the_exit_code_tells_whether_all_claims_hold(monkeypatch, capsys, holds, code):
    monkeypatch.setattr(report, "measure", lambda world, seed: [premise(holds=holds)])
    assert report.main(["--scale", "0.01"]) == code
    assert f"1 premises, {code} with a claim" in capsys.readouterr().out


def test_the_report_writes_a_page_and_a_picture_for_each_premise(tmp_path, capsys):
    code = report.main(["--scale", "0.05", "--out", str(tmp_path / "new")])
    printed = capsys.readouterr().out
    assert code == ("DOES NOT HOLD" in printed)
    names = re.findall(r"^## (\w+):", printed, re.M)
    assert names == [
        *("tails", "popularity", "ads", "parity", "drift", "ambiguity", "stickiness"),
        *("saves", "related", "study", "memory"),
    ]
    files = {path.name for path in (tmp_path / "new").iterdir()}
    assert files == {"report.md"} | {f"{name}.png" for name in names}
    page = (tmp_path / "new" / "report.md").read_text(encoding="utf-8")
    assert all(f"({name}.png)" in page for name in names)


@pytest.mark.parametrize(
    "scale, words", [("huge", "unknown preset"), ("0", "above 0"), ("-1", "0")]
)
def test_a_wrong_scale_ends_with_2_and_a_sentence(scale, words, capsys):
    assert report.main([f"--scale={scale}"]) == 2
    assert words in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_ends_with_2(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert report.main(["--scale", "0.01", "--out", str(tmp_path / "file" / "deep")]) == 2
    assert "file" in capsys.readouterr().out
