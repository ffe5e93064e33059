"""Messages head to tail, and the product on a slider: numbers, pictures, sentences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import exercises, graphs, toy
from graphrec_utils.lessons.lesson05.visuals.messages import contributions
from graphrec_utils.models import ngcf
from graphrec_utils.plots import visuals

E = np.array([[1, 0.4], [0.6, 0.8], [-0.4, 1], [1, -0.5], [0.8, 0.5], [0.3, 0.9], [-0.8, 0.6]])
W1, W2 = np.array([[0.8, 0.3], [-0.2, 0.9]]), np.array([[1.0, -0.4], [0.5, 0.9]])
FANS = {"Ann": [0.9, -0.2], "Bob": [-0.6, 0.9]}


def messages(**options):
    options = {"R": toy.likes(), "E": E, "W_self": W1, "W_inter": W2} | options
    return visuals.messages(users=toy.USERS, items=toy.ITEMS, **options)


@pytest.mark.parametrize("v", range(7))
def test_the_messages_of_a_node_add_up_to_the_layer(v):
    parts = contributions(toy.likes().numpy(), E, W1, W2, v)
    total = torch.from_numpy(sum(vector for *_, vector in parts))
    A_hat = graphs.normalize(graphs.adjacency(toy.likes().double()))
    layer = ngcf.layer(A_hat, *(torch.from_numpy(x) for x in (E, W1, W2)))
    got = torch.nn.functional.leaky_relu(total, ngcf.SLOPE)
    torch.testing.assert_close(got, layer[v], atol=1e-6, rtol=1e-6)


def test_a_node_without_neighbors_hears_itself_only():
    parts = contributions(np.array([[0, 1]]), np.ones((3, 2)), W1, W2, 1)
    assert [(sender, kind) for sender, kind, _ in parts] == [(1, "self")]


def test_the_picture_ends_at_the_sum():
    left, right = messages().static()
    total = sum(vector for *_, vector in contributions(toy.likes().numpy(), E, W1, W2, 0))
    assert left.get_title("left") == "Ann listens"
    assert right.get_title("left") == f"the sum: ({total[0]:.2f}, {total[1]:.2f})"


def test_a_lonely_receiver_can_be_drawn():
    assert "nobody" in messages(R=[[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1]], receiver=3).alt
    messages(R=[[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1]], receiver=3).static()


def test_the_product_picture_has_both_messages():
    axes = visuals.product([1.0, 0.5], FANS, name="Brazil").static()
    assert [ax.get_title("left") for ax in axes[2:]] == ["Brazil tells Ann", "Brazil tells Bob"]
    heights = [bar.get_height() for bar in axes[2].patches[:2]]
    assert heights == pytest.approx([1 * 1.9, 0.5 * 0.8])


def test_a_students_layer_is_where_each_node_ends():
    visual = messages(function=exercises.get("05.1").reference)
    assert visual.note.startswith("The numbers are those of your ngcf_layer_loop;")
    A_hat = graphs.normalize(graphs.adjacency(toy.likes().double()))
    layer = ngcf.layer(A_hat, *(torch.from_numpy(x) for x in (E, W1, W2)))
    np.testing.assert_allclose(visual.state["answers"], layer, atol=1e-3)


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda heard, E, *_: E[:3], "(7, 2) finite numbers are asked for; it returned (3, 2)"),
     (lambda heard, E, *_: E / 0, "finite numbers"), (lambda *_: None, "gives no picture")],
    ids=["short", "infinite", "nothing"],
)  # fmt: skip
def test_a_layer_that_cannot_be_drawn_leaves_the_formula(function, words):
    visual = messages(function=function)
    assert words in visual.note
    assert visual.state == messages().state


def test_a_live_layer_is_asked_again():
    pytest.importorskip("anywidget")
    shift = [0.0]
    widget = messages(function=lambda heard, E, *_: 0 * E + shift[0]).live()
    shift[0] = 3.0
    widget.receiver = 4
    assert widget.answers[4] == [3, 3]


BAD = {
    "a vector": (lambda: messages(R=[1, 0]), "R must be a matrix"),
    "three coordinates": (lambda: messages(E=np.ones((7, 3))), r"E must be \(7, 2\)"),
    "an unknown receiver": (lambda: messages(receiver=7), "one of the 7 nodes; got 7"),
    "unequal lengths": (lambda: visuals.product([1.0], FANS), r"same length.*got \[1, 2, 2\]"),
    "one user": (lambda: visuals.product([1, 2], {"Ann": [1, 2]}), "two or three receivers"),
    "too strong": (lambda: visuals.product([1, 2], FANS, strength=3), r"must lie in \[-2, 2\]"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()
