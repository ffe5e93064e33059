"""Values survive the way into a kernel and back; a student's function cannot hurt its caller."""

from __future__ import annotations

import collections
import contextlib
import json
import re
import signal
import sys
import time
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from torch.nn import functional

from graphrec_utils.exercises import codec, compare, footprint, runner

VALUES = {
    "none": None,
    "bool": True,
    "int": 3,
    "large int": 2**80,
    "float": 0.1,
    "nan": float("nan"),
    "infinity": float("-inf"),
    "string": "Añn ✓",
    "list": [1, [2.5, "x"], None],
    "tuple": (1, (2, 3)),
    "set": {1, 2, 3},
    "dict": {"a": 1, 2: [3], (0, 1): 4.0},
    "numpy": np.arange(6, dtype=np.int32).reshape(2, 3),
    "numpy scalar array": np.array(2.5),
    "empty numpy": np.zeros((0, 3), dtype=np.float32),
    "numpy strings": np.array(["ab", "c"], dtype=object),
    "torch": torch.randn(3, 2),
    "torch 0-d": torch.tensor(2.5),
    "torch bool": torch.tensor([True, False]),
    "torch int": torch.arange(4),
    "torch coo": torch.eye(3).to_sparse_coo(),
    "torch csr": torch.eye(3).to_sparse_csr(),
    "scipy csr": sp.random(4, 5, 0.5, format="csr", rng=0),
    "scipy dok": sp.dok_array(np.eye(3)),
    "frame": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[4, 7]),
    "series": pd.Series([1.0, 2.0], index=["u", "v"]),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_survives_json(value):
    back = codec.decode(json.loads(json.dumps(codec.encode(value))))
    assert compare.kind(back) == compare.kind(value)
    assert compare.close(back, value) is None
    if sp.issparse(value):
        assert (back.format, type(back)) == (value.format, type(value))


def test_encoding_the_decoded_value_changes_nothing():
    for value in VALUES.values():
        encoded = codec.encode(value)
        assert json.dumps(codec.encode(codec.decode(encoded))) == json.dumps(encoded)


def test_a_number_of_numpy_travels_as_a_number():
    assert codec.encode(np.float32(0.5)) == 0.5
    assert codec.encode(np.bool_(True)) is True


@pytest.mark.parametrize("value", [object(), (x for x in "ab"), len, {1: object()}])
def test_any_other_type_is_refused(value):
    with pytest.raises(TypeError, match="cannot be checked"):
        codec.encode(value)


class Says(dict):
    """Holds nothing, and says something else."""

    def items(self):
        return {"Ann": 0}.items()


class Counts(list):
    """The same of a list."""

    def __iter__(self):
        return iter([1, 2])


def test_of_a_container_counts_what_it_holds_whatever_it_says():
    for value in (Says(), Counts(), type("T", (tuple,), {"__iter__": Counts.__iter__})()):
        assert not codec.decode(codec.encode(value))
    assert codec.decode(codec.encode(collections.OrderedDict(a=1))) == {"a": 1}
    assert codec.decode(codec.encode(collections.Counter("aab"))) == {"a": 2, "b": 1}
    assert codec.decode(codec.encode(frozenset("ab"))) == {"a", "b"}


def inside_itself(x):
    x = []
    x.append(x)
    return x


@pytest.mark.parametrize(
    ("returned", "why"),
    [
        (inside_itself, "it lies too deep in itself"),
        (lambda x: torch.zeros(1).expand(10**15), "it is too large"),
        (lambda x: torch.zeros(10**9, device="meta").expand(10**6, 10**9), "it is too large|it cannot be read"),
        (lambda x: torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.quint8), "it cannot be read"),
        (lambda x: 10**5000, "an integer of thousands of digits cannot be checked"),
        (lambda x: {"a": len}, "builtin_function_or_method objects cannot be checked"),
    ],
)  # fmt: skip
def test_why_a_value_cannot_be_sent_is_said_in_words_of_ours(returned, why):
    (outcome,) = runner.answers(returned, ask({"x": 1}))
    assert outcome["error"] == "Returned"
    assert re.fullmatch(f"returned an? \\w+: ({why})", outcome["message"])


def test_a_series_that_pandas_makes_but_cannot_read_is_refused():
    nested = pd.Categorical.from_codes(np.zeros((1, 2, 1, 1), dtype=int), ["a", "b"])
    with pytest.raises(TypeError, match="a Series of several dimensions cannot be checked"):
        codec.encode(pd.Series(nested))


def test_a_generator_travels_as_its_seed():
    rng = codec.decode(json.loads(json.dumps(codec.encode(codec.Rng(7)))))
    assert rng.generator().random() == np.random.default_rng(7).random()
    torch_rng = codec.Rng(7, "torch").generator()
    assert torch.equal(
        torch.rand(3, generator=torch_rng),
        torch.rand(3, generator=torch.Generator().manual_seed(7)),
    )


def ask(inputs: dict, run: str = "call") -> list[dict]:
    return [{"run": run, "inputs": codec.encode(inputs)}]


def test_inputs_arrive_in_the_order_of_the_signature_whatever_their_names():
    (outcome,) = runner.answers(lambda mine, yours: mine - yours, ask({"a": 5, "b": 3}))
    assert outcome["value"] == 2


def test_a_generator_arrives_as_a_generator():
    (outcome,) = runner.answers(lambda rng: rng.random(), ask({"rng": codec.Rng(3)}))
    assert outcome["value"] == np.random.default_rng(3).random()


def test_a_changed_input_is_named():
    def spoil(E, k):
        E += 1
        return k

    (outcome,) = runner.answers(spoil, ask({"E": torch.zeros(2), "k": 1}))
    assert outcome["changed"] == ["E"]


def test_a_changed_list_is_named_too():
    (outcome,) = runner.answers(lambda names: names.pop(), ask({"names": ["a", "b"]}))
    assert outcome["changed"] == ["names"]


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_another_seed_gives_away_who_draws_from_elsewhere(library):
    def draw(rng):
        return torch.rand(3, generator=rng) if library == "torch" else rng.random(3)

    question = ask({"rng": codec.Rng(4, library)}, "call with seeds")
    (outcome,) = runner.answers(draw, question)
    first, again, other = (x.tolist() for x in codec.decode(outcome["value"]))
    assert first == again != other
    (outcome,) = runner.answers(lambda rng: draw(codec.Rng(7, library).generator()), question)
    first, again, other = (x.tolist() for x in codec.decode(outcome["value"]))
    assert first == again == other


def test_the_gradient_is_compared():
    # d/dx sum(x * y) = y, d/dy = x
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    (outcome,) = runner.answers(
        lambda x, y: x * y, ask({"x": x, "y": y}, "call and compare gradient")
    )
    value, (grad_x, grad_y) = codec.decode(outcome["value"])
    assert value.tolist() == [3.0, 8.0]
    assert grad_x.tolist() == [3.0, 4.0]
    assert grad_y.tolist() == [1.0, 2.0]


def test_a_gradient_reaches_tensors_in_a_dictionary():
    parts = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([3.0])}
    weigh = lambda parts: 2 * parts["a"].sum() + 5 * parts["b"].sum()  # noqa: E731
    (outcome,) = runner.answers(weigh, ask({"parts": parts}, "call and compare gradient"))
    value, gradients = codec.decode(outcome["value"])
    assert value.item() == 21 and [g.tolist() for g in gradients] == [[2, 2], [5]]
    assert outcome["changed"] == []


def test_what_is_observed_need_not_have_a_gradient():
    """torch does not differentiate this loss by its weight; an answer that uses it is right all the same."""
    z, weight = torch.tensor([0.0, 0.0]), torch.tensor([2.0, 4.0])
    ones = torch.ones(2)
    lose = lambda z, weight: functional.binary_cross_entropy_with_logits(z, ones, weight=weight)  # noqa: E731
    (outcome,) = runner.answers(lose, ask({"z": z, "weight": weight}, "call and compare gradient"))
    assert outcome["error"] == "RuntimeError"
    (outcome,) = runner.answers(
        lose, ask({"z": z, "weight": weight}, "call and compare first gradient")
    )
    _, gradients = codec.decode(outcome["value"])
    assert [g.tolist() for g in gradients] == [[-0.5, -1.0]]


def test_a_detached_answer_has_zero_gradients():
    x = torch.tensor([1.0])
    (outcome,) = runner.answers(
        lambda x: x.detach() * 2, ask({"x": x}, "call and compare gradient")
    )
    assert codec.decode(outcome["value"])[1][0].tolist() == [0.0]


LARGE = {
    "numpy": lambda n: float(np.eye(n).sum()),
    "torch": lambda n: float(torch.eye(n).sum()),
    "torch, a copy of a view": lambda n: float(torch.ones(1, 1).expand(n, n).clone().sum()),
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_a_large_array_is_seen_whoever_made_it(large):
    assert footprint.peak(large, {"n": 500}) >= 4 * 500**2


def test_a_view_of_one_number_is_not_large():
    spread = lambda n: float(torch.ones(1, 1).expand(n, n)[0, 0])  # noqa: E731
    assert footprint.peak(spread, {"n": 500}) < 100_000


def within_memory(function, n=900):
    inputs = {"n": n, "pilot": {"inputs": {"n": 500}, "dense": 4 * 500**2}}
    (outcome,) = runner.answers(function, ask(inputs, "call within memory"))
    return outcome


def test_what_is_kept_in_many_tensors_is_held_and_what_is_forgotten_is_not():
    keep = lambda n: len([torch.ones(1, n) for _ in range(n)])  # noqa: E731
    forget = lambda n: sum(float(torch.ones(1, n).sum()) for _ in range(n))  # noqa: E731
    views = lambda n: len([row[0] for row in torch.ones(n, n)])  # noqa: E731
    assert footprint.held(keep, {"n": 500}) >= 4 * 500**2 > 50 * footprint.held(forget, {"n": 500})
    assert 4 * 500**2 <= footprint.held(views, {"n": 500}) < 5 * 500**2
    inputs = {"n": 9, "pilot": {"inputs": {"n": 500}, "dense": 4 * 500**2, "held": 2 * 500**2}}
    (outcome,) = runner.answers(keep, ask(inputs, "call within memory"))
    assert outcome["message"].startswith("MemoryError: all parts")
    (outcome,) = runner.answers(forget, ask(inputs, "call within memory"))
    assert codec.decode(outcome["value"]) == 81


def test_who_makes_a_matrix_of_all_pairs_in_the_pilot_gets_no_larger_inputs():
    asked = []
    outcome = within_memory(lambda n: asked.append(n) or float(np.eye(n).sum()))
    assert outcome["message"] == "MemoryError: a matrix of all pairs was in memory"
    assert set(asked) == {500}


def test_the_value_is_that_of_the_large_inputs():
    assert within_memory(lambda n: n + 1)["value"] == 901


def test_what_the_first_call_imports_is_no_matrix():
    modules = []
    outcome = within_memory(lambda n: n if modules else modules.append(np.ones(10**6)))
    assert outcome["value"] == 900


def test_eight_calls_share_a_generator():
    (outcome,) = runner.answers(
        lambda rng: int(rng.integers(10**9)), ask({"rng": codec.Rng(3)}, "call eight times")
    )
    drawn = codec.decode(outcome["value"])
    assert list(drawn) == np.random.default_rng(3).integers(10**9, size=8).tolist()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad\nshape"), "ValueError: bad shape"),
        (SystemExit(1), "SystemExit: 1"),
        (RecursionError(), "RecursionError"),
        (KeyError("x" * 5000), "KeyError"),
    ],
)
def test_whatever_is_raised_becomes_one_short_line(error, message):
    def fails(x):
        raise error

    (outcome,) = runner.answers(fails, ask({"x": 1}))
    assert outcome["message"].startswith(message)
    assert len(outcome["message"]) <= runner.ERROR_LIMIT
    assert "\n" not in outcome["message"]


class Odd(Exception):
    """Its text is whatever `says` does."""

    def __init__(self, says):
        self.says = says

    def __str__(self):
        return self.says()


def endless():
    while True:
        pass


@pytest.mark.parametrize(
    ("says", "message"),
    [(lambda: 5, "Odd"), (lambda: 1 / 0, "Odd"), (sys.exit, "Odd"), (endless, "took longer than 0.3 s")],
)  # fmt: skip
def test_the_text_of_an_exception_may_fail_or_have_no_end(says, message):
    def fails(x):
        raise Odd(says)

    outcomes = runner.answers(fails, ask({"x": 1}) * 2, seconds=0.3)
    assert [o["message"] for o in outcomes] == [message] * 2


def test_an_exception_s_text_is_cut_before_anything_is_made_of_it():
    text = "x" * 10**7

    def fails(x):
        raise ValueError(text)

    tracemalloc.start()
    try:
        (outcome,) = runner.answers(fails, ask({"x": 1}))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome["message"] == "ValueError: " + "x" * (runner.ERROR_LIMIT - 12)
    assert peak < 10**6


@pytest.mark.parametrize("large", [lambda x: np.zeros(10**15), lambda x: torch.zeros(10**15), lambda x: bytearray(10**15)])  # fmt: skip
def test_whoever_runs_out_of_memory_has_a_memory_error(large):
    (outcome,) = runner.answers(large, ask({"x": 1}))
    assert outcome["error"] == "MemoryError"
    assert re.fullmatch(
        r"MemoryError(: (Unable to allocate .*|there is not .*))?", outcome["message"]
    )


def test_an_endless_loop_ends_with_the_time_limit():
    calls = []

    def loops(x):
        calls.append(x)
        while True:
            pass

    outcomes = runner.answers(loops, ask({"x": 1}) * 5, seconds=0.3)
    assert calls == [1]
    assert [o["message"] for o in outcomes] == ["took longer than 0.3 s"] * 5


def test_the_time_limit_passes_through_except_exception():
    def stubborn(x):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(1)

    (outcome,) = runner.answers(stubborn, ask({"x": 1}), seconds=0.3)
    assert outcome["error"] == "OutOfTime"


def test_the_limit_is_for_all_questions_together():
    calls = []
    outcomes = runner.answers(
        lambda x: calls.append(time.sleep(0.5)), ask({"x": 1}) * 50, seconds=2
    )
    assert len(calls) <= 4
    assert outcomes[0].get("error") is None
    assert outcomes[-1]["error"] == "OutOfTime"


def _busy(x):
    while True:
        pass


def test_with_patience_only_computing_counts_as_long_as_the_clock_allows():
    waiting = runner.answers(lambda x: time.sleep(0.2), ask({"x": 1}) * 3, 0.3, patience=1000)
    assert [o.get("error") for o in waiting] == [None] * 3
    for function, patience in ((_busy, 1000), (lambda x: time.sleep(1000), 2)):
        (outcome,) = runner.answers(function, ask({"x": 1}), 0.3, patience)
        assert (outcome["error"], outcome["message"]) == ("OutOfTime", "took longer than 0.3 s")


def test_a_warning_names_the_line_and_no_temporary_file(tmp_path):
    def warn(x):  # as the module warnings does; pytest would catch it
        file = str(tmp_path / "ipykernel_12" / "345.py")
        sys.stderr.write(warnings.formatwarning("careful", UserWarning, file, 4, "f(x)"))
        return x

    (outcome,) = runner.answers(warn, ask({"x": 1}))
    assert outcome["printed"] == "line 4 of your cell: UserWarning: careful\n  f(x)\n"


def test_ten_megabytes_of_print_are_cut_and_counted(capsys):
    def chatty(x):
        print("y" * 10_000_000)
        print("to stderr", file=sys.stderr)
        return x

    (outcome,) = runner.answers(chatty, ask({"x": 1}))
    assert outcome["value"] == 1
    assert len(outcome["printed"]) < runner.PRINT_LIMIT + 100
    assert "9,998,011 more characters" in outcome["printed"]
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs alarms of POSIX")
def test_an_alarm_of_an_experiment_goes_on_after_that_of_a_function():
    before = signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        with runner.Deadline(5, 2):
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 10
        assert 900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
        assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers of POSIX")
def test_a_deadline_inside_another_leaves_it_its_seconds_of_computing():
    with runner.Deadline(1000, 2):
        with runner.Deadline(5, 2):
            assert signal.getitimer(signal.ITIMER_PROF)[0] < 6  # it counts in ticks
        assert 900 < signal.getitimer(signal.ITIMER_PROF)[0] < 1001
        assert 1900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 2000
    assert signal.getitimer(signal.ITIMER_PROF)[0] == signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="only POSIX has timers")
def test_a_timer_that_rings_while_a_block_is_entered_is_stopped_behind_it(monkeypatch):
    real = signal.setitimer

    def slowly(*arguments):
        before = real(*arguments)
        time.sleep(0.01)
        return before

    monkeypatch.setattr(signal, "setitimer", slowly)
    with runner.Deadline(1e-3):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
