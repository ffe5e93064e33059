"""Each question passes what is right, and answers the rest with the argument's name."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import arguments


def test_a_kind_is_a_dtype_or_a_type():
    assert arguments.kind(torch.zeros(2)) == "torch.float32"
    assert arguments.kind(np.zeros(2)) == "ndarray"
    assert arguments.kind(None) == "NoneType"


@pytest.mark.parametrize("value", [3, np.int32(3), torch.tensor(3)])
def test_integers_come_back_as_python_has_them(value):
    assert type(arguments.integer("top", value)) is int
    assert arguments.integer("top", value, least=3) == 3


@pytest.mark.parametrize("value", [2.0, None, True, "2", float("nan")])
def test_what_is_no_integer_is_refused(value):
    with pytest.raises(TypeError, match="top must be an integer of at least 1; got "):
        arguments.integer("top", value)


@pytest.mark.parametrize(("value", "least"), [(0, 1), (-1, 0), (np.int64(4), 5)])
def test_an_integer_has_its_least(value, least):
    with pytest.raises(ValueError, match=f"size must be an integer of at least {least}; got "):
        arguments.integer("size", value, least)


def test_positive_numbers_are_named():
    arguments.positive(reg=1e-300, rate=np.float32(2), temperature=torch.tensor(0.1))
    for bad in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"rate must be a positive number; got {bad}"):
            arguments.positive(reg=1, rate=bad)


def test_seeds_have_64_bits():
    assert arguments.seed(0) == 0
    assert type(arguments.seed(np.int64(5))) is np.uint64
    assert arguments.seed(2**64 - 1) == 2**64 - 1
    one, other = (np.random.default_rng(x) for x in (7, arguments.seed(7)))
    assert one.integers(2**63, size=4).tolist() == other.integers(2**63, size=4).tolist()


@pytest.mark.parametrize("bad", [-1, 2**64])
def test_other_seeds_are_refused(bad):
    with pytest.raises(ValueError, match=f"seed must be .*; got {bad}"):
        arguments.seed(bad)


@pytest.mark.parametrize(
    "values", [[0, 4], np.array([0, 4], np.int32), torch.tensor([0, 4]), np.array([0, 4], np.uint8)]
)
def test_ids_are_a_new_int64_array(values):
    found = arguments.ids("nodes", values, 5)
    assert (found.dtype, found.tolist()) == (np.int64, [0, 4])
    assert not np.shares_memory(found, np.asarray(values))


def test_no_ids_are_ids():
    assert arguments.ids("nodes", [], 5).dtype == np.int64


BAD_IDS = {
    "below": ([2, -1, -2], 5, "nodes must hold ids from 0 to 4; got -1"),
    "above": ([2, 5, 7], 5, "nodes must hold ids from 0 to 4; got 5"),
    "no limit": ([9, -3], None, "nodes must hold ids from 0 on; got -3"),
    "floats": ([0.0], 5, r"nodes must be a list of integer ids; got float64, \(1,\)"),
    "a matrix": ([[0]], 5, r"nodes must be a list of integer ids; got int64, \(1, 1\)"),
    "bools": ([True], 5, "list of integer ids; got bool"),
}


@pytest.mark.parametrize(("values", "limit", "sentence"), BAD_IDS.values(), ids=BAD_IDS)
def test_ids_that_cannot_be_are_refused(values, limit, sentence):
    with pytest.raises(ValueError, match=sentence):
        arguments.ids("nodes", values, limit)


def test_ids_say_whose_they_are():
    with pytest.raises(ValueError, match="from 0 to 2, the users of train; got 3"):
        arguments.ids("users", [3], 3, "the users of train")


def test_an_id_tensor_may_have_any_shape():
    arguments.id_tensor("items", torch.tensor([[0], [4]]), 5)


BAD_ID_TENSORS = {
    "list": ([0], TypeError, "items must be an int64 tensor; got list"),
    "floats": (torch.zeros(2), TypeError, "items must be an int64 tensor; got torch.float32"),
    "empty": (torch.zeros(0).long(), ValueError, "items must not be empty"),
    "below": (torch.tensor([0, -2]), ValueError, "items must hold ids from 0 to 4; got -2"),
    "above": (torch.tensor([5, 0]), ValueError, "items must hold ids from 0 to 4; got 5"),
}


@pytest.mark.parametrize(
    ("values", "error", "sentence"), BAD_ID_TENSORS.values(), ids=BAD_ID_TENSORS
)
def test_id_tensors_that_cannot_be_are_refused(values, error, sentence):
    with pytest.raises(error, match=sentence):
        arguments.id_tensor("items", values, 5)


def test_tensors_have_the_dtype_asked_for():
    for value in (torch.zeros(2), torch.zeros(2).double(), torch.zeros(2).half()):
        arguments.tensor("pos", value)
    arguments.tensor("mask", torch.zeros(2).bool(), torch.bool)
    with pytest.raises(TypeError, match=r"pos must be a floating-point tensor; got torch\.int64"):
        arguments.tensor("pos", torch.zeros(2).long())
    with pytest.raises(TypeError, match="pos must be a floating-point tensor; got ndarray"):
        arguments.tensor("pos", np.zeros(2))
    with pytest.raises(TypeError, match=r"mask must be a bool tensor; got torch\.float32"):
        arguments.tensor("mask", torch.zeros(2), torch.bool)


def test_shapes_of_matrices_and_graphs():
    for value in (torch.zeros(2, 3), sp.csr_array((2, 3)), sp.coo_matrix((2, 3))):
        assert arguments.matrix("R", value) == (2, 3)
        with pytest.raises(
            ValueError, match=r"A must be square, .nodes, nodes.; got shape \(2, 3\)"
        ):
            arguments.graph("A", value)
    assert (
        arguments.graph("A", torch.zeros(4, 4)) == arguments.graph("A", sp.csr_array((4, 4))) == 4
    )
    assert arguments.square("A", np.zeros((3, 3))) == 3
    arguments.sparse("A", sp.csr_array((2, 3)))


NO_MATRIX = {
    "a vector": (
        torch.zeros(3),
        ValueError,
        r"R must be a matrix, .users, items.; got shape \(3,\)",
    ),
    "a list": ([[1]], TypeError, "R must be a dense torch tensor or a scipy.sparse .*; got list"),
    "an array": (np.eye(2), TypeError, "got ndarray"),
    "sparse of torch": (torch.eye(2).to_sparse(), TypeError, "got torch tensor with layout "),
}


@pytest.mark.parametrize("case", NO_MATRIX)
def test_what_is_no_matrix_is_refused(case):
    value, error, sentence = NO_MATRIX[case]
    with pytest.raises(error, match=sentence):
        arguments.matrix("R", value)


def test_a_sparse_matrix_is_one_of_scipy():
    with pytest.raises(TypeError, match=r"A_hat must be a scipy\.sparse matrix; got torch"):
        arguments.sparse("A_hat", torch.eye(2))


def test_a_cube_is_not_square():
    with pytest.raises(ValueError, match="square"):
        arguments.square("A", torch.zeros(2, 2, 2))
