"""While an answer is checked, the library's version of the exercise raises; afterwards it works."""

from __future__ import annotations

import pytest
import torch

from graphrec_utils.exercises import closed_library
from graphrec_utils.metrics import ndcg_at_k
from graphrec_utils.models import ncf, ngcf

EYE = torch.eye(2)
SAYS = "of the library: that is the exercise"


def test_every_name_of_a_function_is_closed_and_opened_again():
    with (
        closed_library.closed("graphrec_utils.metrics.ndcg_at_k"),
        pytest.raises(RuntimeError, match=SAYS),
    ):
        ndcg_at_k([1], {1}, 1)
    assert ndcg_at_k([1], {1}, 1) == 1.0


def test_a_function_that_calls_it_is_closed_and_others_are_not():
    with closed_library.closed("graphrec_utils.models.ngcf.layer"):
        with pytest.raises(RuntimeError, match=f"layer {SAYS}"):
            ngcf.stack(EYE, EYE, [(EYE, EYE)])
        assert ngcf.num_parameters(2, [3, 4]) == (6, 24)


def test_all_methods_of_a_class_are_closed_and_keep_their_super():
    model = ncf.GMF(2, 2, 3)
    with closed_library.closed("graphrec_utils.models.ncf.GMF"):
        for call in (
            lambda: ncf.GMF(2, 2, 3), model.embeddings, lambda: ncf.NeuMF(2, 2, 3, (4, 2)),
            lambda: model(torch.tensor([0]), torch.tensor([1])),
        ):  # fmt: skip
            with pytest.raises(RuntimeError, match=f"GMF {SAYS}"):
                call()
    assert ncf.GMF(2, 2, 3)(torch.tensor([0]), torch.tensor([1])).shape == (1,)


def test_an_error_inside_opens_it_again():
    with pytest.raises(KeyError), closed_library.closed("graphrec_utils.metrics.ndcg_at_k"):
        raise KeyError
    assert ndcg_at_k([1], {1}, 1) == 1.0


def test_an_exercise_without_a_version_closes_nothing():
    with closed_library.closed():
        assert ndcg_at_k([1], {1}, 1) == 1.0


def test_what_cannot_be_closed_is_said():
    with (
        pytest.raises(AttributeError, match="no_such"),
        closed_library.closed("graphrec_utils.toy.no_such"),
    ):
        pass
    with (
        pytest.raises(TypeError, match="can be closed"),
        closed_library.closed("graphrec_utils.graphs.matrices.Matrix"),
    ):
        pass
