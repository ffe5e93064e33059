"""A small edit of a right answer loses points, or `edits.toml` says why it may keep them."""

from __future__ import annotations

import ast

import edits
import numpy as np
import pytest

from graphrec_utils import exercises

SEARCHED = {exercise.id: exercise for exercise in edits.searched()}
QUICK = ("01.1", "08.5", "12.1", "15.4", "17.3")  # without --full


def test_reasons_are_about_edits_that_exist():
    for name, known in edits.reasons().items():
        assert name in SEARCHED, f"{name} is not searched"
        assert known.keys() <= {edit.id for edit in edits.edits(name)}, f"{name}: no such edit"
        assert all(known.values()), f"{name}: an edit without a reason"


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in SEARCHED]
)  # fmt: skip
def test_an_edit_with_full_points_is_right_or_has_a_reason(name):
    found, known = edits.wrong(SEARCHED[name]).keys(), edits.reasons().get(name, {}).keys()
    new = sorted(found - known)
    assert not new, f"these get full points: add a claim that refuses them, or a reason: {new}"
    assert not known - found, "refused by now, or the right answer: strike the reason"


def test_edits_change_one_place_of_the_answer_alone():
    found = edits.edits("08.2")
    ids = [edit.id for edit in found]
    assert len(set(ids)) == len(ids)
    for before, after in (("high > min_pins", "high >= min_pins"), ("1", "2"),
                          ("end and high > min_pins", "high > min_pins")):  # fmt: skip
        assert f"{before} -> {after}" in ids
    docstring = ast.get_docstring(edits.solved("08.2")[0].body[0])
    assert all(docstring.split("\n", maxsplit=1)[0] in edit.code for edit in found)


def test_a_claim_that_is_gone_is_missed(monkeypatch):
    """Without its last claim 12.1 takes the sum over another axis for right where vectors are pairs."""
    exercise = exercises.get("12.1")
    monkeypatch.setattr(exercise, "claims", exercise.claims[:-1])
    assert "-1 -> 1 #2" in edits.wrong(exercise)


def test_shaken_inputs_keep_their_kinds():
    rng = np.random.default_rng(0)
    given = {"x": np.array([1.5, 2.0]), "n": 3, "ids": np.array([4, 5]), "seen": np.array([True])}
    for _ in range(50):
        shaken = edits.shake(given, rng)
        assert list(shaken) == list(given)
        for name, value in shaken.items():
            assert type(value) is type(given[name])
            assert getattr(value, "dtype", None) == getattr(given[name], "dtype", None)
