"""Attention with empty places: numbers are the library's, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils.models import transformer
from graphrec_utils.plots import visuals

Q = np.array([[1.0, 0.5], [0.0, 2.0], [1.0, 1.0]])
K = np.random.default_rng(0).normal(size=(3, 4, 2)).astype(np.float32)
EMPTY = np.array([[False] * 4, [False, True, True, True], [True] * 4])


def attend(q, K, V, padding):
    return transformer.attend(q[:, None], K, V, ~padding[:, None])[:, 0]


def padding_attended(q, K, V, padding):
    return attend(q, K, V, torch.zeros_like(padding))


def all_masked_row_nan(q, K, V, padding):
    logits = torch.einsum("bd,btd->bt", q, K) / q.shape[1] ** 0.5
    return (logits.masked_fill(padding, -torch.inf).softmax(1)[:, None] @ V)[:, 0]


GIVEN = (["a", "b", "alone"], Q, K, EMPTY)


def test_the_map_holds_attention_weights_with_and_without_the_mask():
    state = visuals.attention_map(*GIVEN).state
    q, keys = torch.tensor(Q).float()[:, None], torch.tensor(K)
    for name, allow in (("weights", torch.tensor(~EMPTY)[:, None]), ("heard", None)):
        expected = transformer.attention_weights(q, keys, allow)[:, 0]
        np.testing.assert_allclose(state[name], expected, atol=6e-4)
    assert state["weights"][2] == [0] * 4


def test_keys_lie_along_the_query_as_their_logits_say():
    state = visuals.attention_map(*GIVEN).state
    assert state["lengths"] == pytest.approx([1.118, 2.0, 1.414], abs=1e-3)
    for b in range(3):
        logits = np.array(state["keys"][b])[:, 0] * state["lengths"][b]
        np.testing.assert_allclose(logits, K[b] @ Q[b], atol=5e-3)
        np.testing.assert_allclose(
            np.linalg.norm(state["keys"][b], axis=1), np.linalg.norm(K[b], axis=1), atol=2e-3
        )


def test_a_query_that_is_nothing_can_be_shown():
    state = visuals.attention_map("abc", 0 * Q, K, EMPTY).state
    assert state["lengths"] == [0, 0, 0] and np.isfinite(state["keys"]).all()


def test_a_student_s_function_drives_it():
    made = visuals.attention_map(*GIVEN, function=attend)
    assert made.state == visuals.attention_map(*GIVEN).state and "attend" in made.note
    state = visuals.attention_map(*GIVEN, function=padding_attended).state
    assert state["weights"] == state["heard"]  # its mistake is seen
    assert (
        visuals.attention_map(*GIVEN, function=all_masked_row_nan).state["weights"][2] == [None] * 4
    )


@pytest.mark.parametrize(
    "function", [lambda *x: 1 / 0, lambda *x: torch.zeros(2, 2), lambda *x: None]
)
def test_a_function_that_fails_is_said_to(function):
    made = visuals.attention_map(*GIVEN, function=function)
    assert "the numbers are the library's" in made.note
    assert made.state == visuals.attention_map(*GIVEN).state


BAD = {
    "names": (lambda: visuals.attention_map("ab", *GIVEN[1:]), "give B names"),
    "flat": (lambda: visuals.attention_map("abc", Q, K, EMPTY[0]), "give B names"),
    "long": (
        lambda: visuals.attention_map("ab", Q[:2], np.zeros((2, 9, 2)), np.zeros((2, 9), bool)),
        "2 to 8 places",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_sentence(name):
    make, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        make()
