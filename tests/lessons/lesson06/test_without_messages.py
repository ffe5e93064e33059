"""LightGCN without messages: it is BPR-MF with other settings, and the lesson says what is stored."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from graphrec_utils import graphs, results, sampling, train
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.models.lightgcn import LightGCN
from solutions.experiments.lesson06 import without_messages as study
from tests.lessons.lesson06.test_stacked import small


def test_without_messages_it_is_bpr_mf_with_another_ridge_rate_and_start():
    past = small().train
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    positives, found = sampling.index(past.csr()), []
    for K, A, share in ((3, A_hat * 0, 1), (0, A_hat, 1 / 4)):
        model = LightGCN(A, past.num_users, 4, K, std=0.1 * share, seed=0)
        optimizer = torch.optim.Adam(model.parameters(), lr=study.RATE * share, eps=0)
        loss = partial(LightGCN.bpr_loss, reg=0.01 / share**2)
        learner = train.Torch(model, loss, optimizer)
        batches = lambda rng: (sampling.bpr_triples(positives, 300, rng) for _ in range(4))  # noqa: E731
        train.fit(learner, batches, epochs=2, seed=0, progress=False)
        found.append(model.propagate().detach())
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-4)


def test_a_model_is_trained_and_asked(monkeypatch):
    monkeypatch.setattr(study, "BATCH", 64)
    split = small()
    sent, cut = (study.fitted(split.train, split.val, 2, 0.01, x, 0) for x in (True, False))
    assert len(sent["loss"]) == study.EPOCHS and sent["epochs"][-1] == study.EPOCHS
    assert len(sent["recall"]) == len(sent["epochs"]) and sent["loss"] != cut["loss"]


# ------------------------------------------------------------- what is stored
def mean(name: str, what: str, at: int) -> float:
    rows = [x for x in results.load("06_without_messages").values["runs"] if x["model"] == name]
    assert [x["seed"] for x in rows] == list(study.SEEDS)
    return float(np.mean([x[what][at] for x in rows]))


def said_in_6_3() -> str:
    text = next(path for path in sources() if path.name.startswith("06")).read_text("utf-8")
    return " ".join(
        text.partition("# ## 6.3 ")[2].partition("# ## 6.4 ")[0].replace("\n# ", " ").split()
    )


def test_the_scale_of_the_cut_model():
    """The mean over four layers, of which three are zero: the ridge, on squares, times 16; a step by a quarter."""
    (cut,) = (x for x in study.MODELS if x[0] == "no message")
    (mf,) = (x for x in study.MODELS if x[0] == "BPR-MF")
    ridge, rate = cut[2] * (cut[1] + 1) ** 2, study.RATE / (cut[1] + 1)
    assert ridge > mf[2] and rate < study.RATE
    said = said_in_6_3()
    assert (
        "yet the mean still divides by 4. So the ridge weighs more than BPR-MF's, and a step moves less;"
        in said
    )
    assert f"{cut[2]} on the row weighs on the vector like {ridge:.2f} (BPR-MF has {mf[2]})" in said
    assert f"as a rate of {rate:.4f} would (BPR-MF has {study.RATE})" in said


def test_what_the_lesson_says_without_messages():
    bestsellers = results.load("06_without_messages").values["bestsellers"]
    early = {name: mean(name, "recall", 0) for name, *_ in study.MODELS}
    late = {name: mean(name, "recall", -1) for name, *_ in study.MODELS}
    assert early["LightGCN"] > 0.075 and max(early["no message"], early["BPR-MF"]) < 0.003
    assert early["LightGCN"] > 2 * bestsellers and "far above the bestsellers" in said_in_6_3()
    assert "After three epochs this *cut model* finds next to nothing" in said_in_6_3()
    assert late["no message"] > 2 * bestsellers
    assert mean("no message", "loss", 0) - mean("no message", "loss", -1) > 0.1  # 6.6: it falls
    share = (late["no message"] - late["BPR-MF"]) / (late["LightGCN"] - late["BPR-MF"])
    assert share == pytest.approx(2 / 5, abs=0.05)
    said = said_in_6_3()
    said_of = {
        "LightGCN": "three seeds find {:.3f} on the mean with LightGCN", "no message": "{:.3f} without its messages",
        "BPR-MF": "{:.3f} with BPR-MF", "BPR-MF, larger ridge": "{:.3f} with BPR-MF and a ridge of 0.1",
    }  # fmt: skip
    for name, words in said_of.items():
        assert words.format(late[name]) in said
    assert (
        f"After 24 epochs it finds {late['no message']:.2f}, where BPR-MF finds {late['BPR-MF']:.2f} and LightGCN {late['LightGCN']:.2f}: about three fifths of the late lead are the messages'."
        in said
    )
    assert late["BPR-MF"] < late["no message"] < late["LightGCN"]
    three = [f"{early[name]:.3f}" for name in ("LightGCN", "no message", "BPR-MF")]
    assert "After three epochs the first three find {}, {} and {}.".format(*three) in said
    begun = {name: mean(name, "loss", 2) for name in ("no message", "BPR-MF")}
    assert (
        f"After three epochs its loss is still {begun['no message']:.3f}, where it began (BPR-MF, with whole steps, is at {begun['BPR-MF']:.2f})"
        in said
    )
