"""The training loop: what it promises about time, chance, the best state and sudden death."""

from __future__ import annotations

import itertools
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from graphrec_utils import train
from graphrec_utils.train import loop

SCRIPT = """
import os, signal, sys
import torch
from torch import nn
from graphrec_utils import train

file, out, die = sys.argv[1], sys.argv[2], sys.argv[3]
torch.manual_seed(0)
X = torch.randn(64, 5)
y = X @ torch.arange(5.0) + 0.1 * torch.randn(64)
model = nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.3), nn.ReLU(), nn.Linear(8, 1))
steps = 0

def loss(model, rows):
    global steps
    steps += 1
    if die == f"step {steps}":
        os.kill(os.getpid(), signal.SIGKILL)
    return (model(X[rows])[:, 0] - y[rows]).square().mean()

def batches(rng):
    return torch.from_numpy(rng.permutation(64)).split(16)

def evaluate():
    model.eval()
    return -(model(X)[:, 0] - y).square().mean().item()

replace = os.replace
if die == "writing":  # the third checkpoint is half written, then the process is gone
    written = 0
    def save(content, stream, save=torch.save):
        global written
        written += 1
        save(content, stream)
        if written == 3:
            stream.truncate(100)
            stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    torch.save = save

learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=0.05))
history = train.fit(learner, batches, epochs=8, evaluate=evaluate, patience=3, every=2,
                    schedule=train.cosine, checkpoint=file, seed=7, progress=False)
torch.save({"state": learner.state_dict(), "loss": history.loss, "metric": history.metric,
            "evaluated": history.evaluated, "best": history.best_epoch}, out)
"""


def run(folder: Path, name: str, die: str = "never") -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SCRIPT, folder / f"{name}.pt", folder / f"{name}.out", die]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])


def same(a, b) -> bool:
    """Whether two nested states are equal to the last bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict:
    """What a training that nobody killed ends with."""
    folder = tmp_path_factory.mktemp("whole")
    done = run(folder, "whole")
    assert done.returncode == 0, done.stderr
    return torch.load(folder / "whole.out")


# 4 steps an epoch: step 11 is in the middle of epoch 3, step 2 comes before any checkpoint
@pytest.mark.parametrize("die", ["step 11", "step 2", "writing"])
def test_a_killed_training_ends_with_the_same_bits(whole, tmp_path, die):
    assert run(tmp_path, "killed", die).returncode == -signal.SIGKILL
    assert not (tmp_path / "killed.out").exists()
    assert (tmp_path / "killed.pt").exists() == (die != "step 2")
    again = run(tmp_path, "killed")
    assert again.returncode == 0, again.stderr
    killed = torch.load(tmp_path / "killed.out")
    assert len(whole["loss"]) == 8 or len(whole["metric"]) >= 4
    assert same(whole, killed)


class Counter:
    """A learner whose state is the number of its steps; its loss is 1 / steps."""

    def __init__(self):
        self.steps, self.rates = torch.zeros(()), []

    def step(self, batch):
        self.steps += 1
        return 1 / self.steps.item()

    def set_rate(self, multiplier):
        self.rates.append(multiplier)

    def state_dict(self):
        return {"settings": {"name": "counter"}, "steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"].clone()


def ten(rng):
    return range(10)


def fit(learner, epochs=6, **options):
    return train.fit(learner, options.pop("batches", ten), epochs=epochs, progress=False, **options)


def test_early_stopping_restores_the_best_state():
    learner, values = Counter(), iter([0.1, 0.3, 0.3, 0.2, 0.9])
    history = fit(learner, evaluate=lambda: next(values), patience=2)
    assert history.metric == [0.1, 0.3, 0.3, 0.2]  # an equal value is no new best
    assert history.best_epoch == 2
    assert learner.steps == 20


def test_without_patience_the_last_state_stays():
    learner, values = Counter(), iter([0.3, 0.2, 0.1])
    history = fit(learner, epochs=3, evaluate=lambda: next(values))
    assert (history.best_epoch, learner.steps) == (1, 30)


def test_losses_are_means_and_evaluations_come_every_so_many_epochs():
    learner = Counter()
    history = fit(learner, epochs=5, evaluate=lambda: learner.steps.item(), every=2)
    assert history.evaluated == [2, 4, 5]
    assert history.metric == [20, 40, 50]
    assert history.loss[1] == pytest.approx(np.mean([1 / s for s in range(11, 21)]))
    assert len(history.seconds) == len(history.cpu_seconds) == 5
    assert history.seconds == sorted(history.seconds)


def test_wall_time_and_processor_time_have_a_clock_each(monkeypatch):
    """With clocks that go by 5 and by 3 whenever somebody looks; an epoch looks twice at each."""
    walls, processors = itertools.count(100, 5), itertools.count(200, 3)
    monkeypatch.setattr("graphrec_utils.train.loop.time.perf_counter", lambda: next(walls))
    monkeypatch.setattr("graphrec_utils.train.loop.time.process_time", lambda: next(processors))
    history = fit(Counter(), epochs=3)
    monkeypatch.undo()
    assert history.seconds == [5, 10, 15]
    assert history.cpu_seconds == [3, 6, 9]


def test_the_schedule_is_asked_at_the_start_of_each_epoch():
    learner = Counter()
    fit(learner, epochs=4, schedule=train.cosine)
    assert learner.rates == [pytest.approx(0.5 + 0.5 * math.cos(math.pi * e / 4)) for e in range(4)]
    assert [train.cosine(0), train.cosine(1)] == [1, 0]


def test_rates_are_multiples_of_the_first_one():
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    learner = train.Torch(model, lambda m, b: m(b).sum(), optimizer)
    for _ in range(2):
        learner.set_rate(0.1)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.05)


def test_chance_depends_on_seed_and_epoch_only():
    seen = {}

    def drawing(key):
        def batches(rng):
            seen.setdefault(key, []).append((rng.random(), torch.rand(()).item()))
            return range(1)

        return batches

    for key, seed in (("a", 0), ("b", 0), ("c", 1)):
        torch.manual_seed(len(seen))
        fit(Counter(), epochs=3, batches=drawing(key), seed=seed)
    assert seen["a"] == seen["b"] != seen["c"]
    assert len(set(seen["a"])) == 3
    assert train.generator(0, 2).random() == np.random.default_rng([0, 2]).random()


def test_the_callers_generator_is_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    fit(Counter())
    assert torch.equal(torch.rand(2), expected)


def test_a_generator_in_the_place_of_the_seed_is_one_stream():
    seen, expected = [], np.random.default_rng(5)
    torch.manual_seed(3)
    draws = [torch.rand(()).item() for _ in range(3)]

    def batches(rng):
        seen.append((rng.random(), torch.rand(()).item()))
        return range(1)

    torch.manual_seed(3)
    fit(Counter(), epochs=3, batches=batches, seed=np.random.default_rng(5))
    assert seen == [(expected.random(), draw) for draw in draws]


def test_a_stream_is_never_taken_up_again(tmp_path):
    with pytest.raises(ValueError, match="needs a number as the seed"):
        fit(Counter(), checkpoint=tmp_path / "c.pt", seed=np.random.default_rng(0))


def test_a_callback_sees_each_epoch_and_may_end_the_training():
    seen, values = [], iter([0.3, 0.2, 0.1])
    options = {"evaluate": lambda: next(values), "patience": 5}
    learner = Counter()
    history = fit(learner, callback=lambda *x: seen.append(x) or len(seen) == 3, **options)
    assert seen == [*zip((1, 2, 3), history.loss, strict=True)]
    assert learner.steps == 10, "the best state is restored here, too"


def test_arrays_that_a_kernel_changes_are_a_learner():
    table, rates = np.zeros(2, np.float32), []

    def step(batch, rate):
        rates.append(rate)
        table[:] += batch
        return 1.0

    learner = train.Tables({"table": table}, step, lr=0.5)
    values = iter([1.0, 2.0, 0.0, 0.0])
    halves = {"schedule": lambda done: 1 - done / 2, "evaluate": lambda: next(values)}
    fit(learner, epochs=4, batches=lambda rng: [1], patience=2, **halves)
    assert rates == [0.5, 0.4375, 0.375, 0.3125]
    assert table.tolist() == [2, 2], "the best one, in the caller's own array"


def test_a_finished_training_is_not_repeated(tmp_path):
    file = tmp_path / "c.pt"
    first = fit(Counter(), checkpoint=file)
    learner = Counter()
    again = fit(learner, checkpoint=file)
    assert learner.steps == 60
    assert again == first
    longer = fit(Counter(), epochs=8, checkpoint=file)
    assert (len(longer.loss), longer.loss[:6]) == (8, first.loss)


def test_a_stopped_training_stays_stopped(tmp_path):
    file, options = tmp_path / "c.pt", {"evaluate": lambda: 1.0, "patience": 1}
    assert len(fit(Counter(), checkpoint=file, **options).loss) == 2
    learner = Counter()
    assert len(fit(learner, checkpoint=file, **options).loss) == 2
    assert learner.steps == 10


def torch_learner(dim=3, rate=0.1, optimizer=torch.optim.Adam):
    model = nn.Linear(dim, 1)
    return train.Torch(
        model, lambda m, b: m(torch.ones(1, dim)).sum() ** 2, optimizer(model.parameters(), lr=rate)
    )


@pytest.mark.parametrize(
    ("other", "options", "says"),
    [
        (lambda: torch_learner(dim=4), {}, "in_features=3"),
        (lambda: torch_learner(rate=0.2), {}, "rates"),
        (lambda: torch_learner(optimizer=torch.optim.SGD), {}, "optimizer is Adam there and SGD"),
        (Counter, {}, "the state holds settings, model, optimizer there and settings, steps here"),
        (torch_learner, {"seed": 1}, "seed is 0 there and 1 here"),
        (torch_learner, {"schedule": train.cosine}, "epochs"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, other, options, says):
    file = tmp_path / "c.pt"
    fit(torch_learner(), checkpoint=file)
    with pytest.raises(ValueError, match="belongs to another training") as caught:
        fit(other(), checkpoint=file, **options)
    assert says in str(caught.value)
    assert "start again" in str(caught.value)


def test_a_tensor_of_another_shape_is_refused(tmp_path):
    file, other = tmp_path / "c.pt", Counter()
    fit(Counter(), checkpoint=file)
    other.steps = torch.zeros(2)
    with pytest.raises(ValueError, match=r"steps is \(\) torch.float32 there and \(2,\)"):
        fit(other, checkpoint=file)


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_truncated_checkpoint_is_one_sentence(tmp_path, share):
    file = tmp_path / "c.pt"
    fit(torch_learner(), checkpoint=file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match="is damaged"):
        fit(torch_learner(), checkpoint=file)


def test_a_checkpoint_that_is_no_checkpoint(tmp_path):
    file = tmp_path / "c.pt"
    for content in (torch.zeros(3), {"state": {}}):
        torch.save(content, file)
        with pytest.raises(ValueError, match="is damaged"):
            fit(Counter(), checkpoint=file)
    file.write_text("hello")
    with pytest.raises(ValueError, match="is damaged"):
        fit(Counter(), checkpoint=file)


def test_a_checkpoint_never_runs_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, ("exit 0",)

    torch.save({"format": 1, "state": Evil()}, tmp_path / "c.pt")
    with pytest.raises(ValueError, match="is damaged"):
        fit(Counter(), checkpoint=tmp_path / "c.pt")


def test_nan_stops_and_leaves_the_last_good_checkpoint(tmp_path):
    class Diverging(Counter):
        def step(self, batch):
            super().step(batch)
            return math.nan if self.steps == 25 else 1.0

    with pytest.raises(ValueError, match=r"loss is nan in epoch 3, batch 5.*learning rate"):
        fit(Diverging(), checkpoint=tmp_path / "c.pt")
    learner = Counter()
    assert len(fit(learner, epochs=2, checkpoint=tmp_path / "c.pt").loss) == 2
    assert learner.steps == 20


def test_a_metric_that_is_no_number_stops():
    with pytest.raises(ValueError, match="metric is nan after epoch 1"):
        fit(Counter(), evaluate=lambda: math.nan)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"epochs": -1}, "epochs must be"),
        ({"every": 0}, "every"),
        ({"patience": 0, "evaluate": lambda: 0.0}, "patience"),
        ({"patience": 1}, "patience needs evaluate"),
        ({"batches": lambda rng: []}, "no batches"),
    ],
)
def test_bad_arguments(options, says):
    with pytest.raises(ValueError, match=says):
        fit(Counter(), **options)


@pytest.mark.parametrize("value", [1.0, torch.zeros(2, requires_grad=True), torch.tensor(1.0)])
def test_a_loss_nothing_can_be_learned_from(value):
    model = nn.Linear(1, 1)
    learner = train.Torch(model, lambda m, b: value, torch.optim.SGD(model.parameters(), lr=0.1))
    with pytest.raises(ValueError, match="loss must return one number"):
        learner.step(None)


def test_no_epochs_change_nothing():
    learner = Counter()
    assert fit(learner, epochs=0) == train.History()
    assert learner.steps == 0


def test_progress_can_be_shown(capsys):
    class Slow(Counter):
        def step(self, batch):
            time.sleep(0.02)
            return super().step(batch)

    train.fit(Slow(), ten, epochs=2, evaluate=lambda: 0.5)
    assert "best 0.5000" in capsys.readouterr().err


def test_a_flipped_byte_is_noticed(tmp_path):
    file = tmp_path / "c.pt"
    fit(torch_learner(dim=1000), checkpoint=file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF  # among the numbers of a tensor
    file.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        fit(torch_learner(dim=1000), checkpoint=file)


def test_a_small_module_is_trained_by_one_thread_and_a_large_one_by_all(monkeypatch):
    seen, before = [], torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for width in (8, loop.SMALL):
            model = nn.Linear(width, 1)
            learner = train.Torch(
                model,
                lambda m, x: (seen.append(torch.get_num_threads()), m(x).mean())[1],
                torch.optim.SGD(model.parameters(), lr=0.1),
            )
            train.fit(learner, lambda _: [torch.ones(1, width)], epochs=1, progress=False)  # noqa: B023
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == [1, 2]
