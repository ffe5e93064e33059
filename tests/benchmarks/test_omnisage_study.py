"""The measurements of lesson 16, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, results
from graphrec_utils.models import omnisage
from tests.benchmarks import omnisage_study as study
from tests.benchmarks import pinsage_study as before


@pytest.fixture
def tiny(monkeypatch) -> study.Stage:
    """Forty pins of four topics, which pictures show; a board and a pair stay within a topic; pin 39 is cold."""
    for name, value in (("STEPS", 30), ("SIZE", 32), ("SHARED", 32), ("DIM", 8), ("LENGTH", 5)):
        monkeypatch.setattr(study, name, value)
    rng = np.random.default_rng(0)
    topic = np.arange(40) % 4
    R = (topic == (np.arange(20) % 4)[:, None]) & (rng.random((20, 40)) < 0.5)
    pairs = np.stack([rng.integers(39, size=500), 4 * rng.integers(9, size=500)], axis=1)
    pairs[:, 1] += topic[pairs[:, 0]]
    R[:, 39], pairs[pairs == 39] = False, 35
    C = sp.csr_array((np.ones(300), tuple(pairs[:300].T)), shape=(40, 40))
    content = before.unit(np.eye(4)[topic] + 0.3 * rng.normal(size=(40, 4))).astype(np.float32)
    today = study.Morning(sp.csr_array(R.astype(float)), C, content)
    asked = np.concatenate([pairs[400:], [[3, 39], [39, 3]]])
    part = before.interactions(asked, 40)
    read = omnisage.Histories(pairs[:50, 1].reshape(10, 5), np.ones((10, 5), bool))
    return study.Stage(today, [(today, pairs[300:400], read)], pairs[:400], part, part, read.pins)


@pytest.mark.parametrize("parts", study.LOSSES.values(), ids=study.LOSSES)
def test_every_choice_of_losses_trains_and_is_asked(tiny, parts):
    fitted = study.fit(tiny, dict.fromkeys(parts, 1.0), steps=4)
    groups = tiny.groups(fitted.vectors())
    assert set(groups) == {"all", "warm", "cold queries", "cold targets", "cold among cold"}
    assert groups["cold among cold"] == {3: 1.0}  # one cold pin, and one query for it
    for trained in (True, False):
        U, V = fitted.users(tiny.histories, trained)
        assert U.shape == (10, 9) and V.shape == (40, 9)


@pytest.mark.parametrize("name", study.GRAPHS)
def test_every_arm_of_the_graphs_trains(tiny, name):
    model = study.fit(tiny, **study.GRAPHS[name], steps=2).vectors()
    assert 0 <= tiny.score(model) <= 1


def test_it_learns_the_topics(tiny):
    untrained = study.fit(tiny, lr=1e-9, popular=False)
    assert tiny.score(study.fit(tiny, popular=False).vectors()) > tiny.score(untrained.vectors())


def test_other_graphs_are_walked_and_content_stays(tiny):
    few, many = study.pruned(tiny.today, 0.3, 1), study.densified(tiny.today)
    assert few.R.nnz < tiny.today.R.nnz and few.C.nnz < tiny.today.C.nnz
    assert many.C.nnz > tiny.today.C.nnz and many.content is tiny.today.content


def test_the_offset_shuts_the_door_to_cold_pins(tiny):
    assert tiny.cold.tolist() == [False] * 39 + [True] and tiny.offset[39] == 0


# ------------------------------------------------------------- what is stored
@pytest.mark.parametrize("part", [x for x in study.CLAIMS if x != "real"])  # it is not stored yet
def test_the_stored_results_are_of_this_command(part):
    stored = results.load(f"16_{part}")
    assert stored.command == f"{study.COMMAND} {part}" and stored.claim == study.CLAIMS[part]


def lead(part: str, key: str) -> metrics.Comparison:
    row = results.load(f"16_{part}").values["leads"][key]
    return metrics.Comparison.of(*(row[k] for k in ("one", "other", "gap", "error", "users")))


def test_what_the_lesson_says_of_the_graphs():
    assert lead("graphs", "pin-board over nobody, all").outcome == "holds"
    assert lead("graphs", "both over pin-board, all").outcome == "cannot tell"
    assert lead("graphs", "both over PinSage, offset, all").outcome == "cannot tell"
    assert lead("graphs", "both over PinSage, all").outcome == "holds"
    for rival in ("RP3β", "iALS", "EASE"):
        assert lead("graphs", f"both over {rival}, all").outcome == "holds"
    assert lead("graphs", "both, no offset, free length over both, no offset, all").gap > 0.15
    table = {row["model"]: row["recall"] for row in results.load("16_graphs").values["models"]}
    assert table["both"]["cold targets"] == 0 < table["both"]["cold among cold"]
    assert lead("graphs", "both over both, densified, cold queries").outcome == "does not hold"
    assert lead("graphs", "both over both, positions, all").outcome == "cannot tell"


def test_what_the_lesson_says_of_the_losses():
    alone = {k: lead("losses", f"all three over {k}, all") for k in omnisage.LOSSES}
    assert (
        alone["entity-entity"].outcome == "cannot tell" and alone["user-entity"].outcome == "holds"
    )
    for other in ("user-entity", "entity-entity", "RP3β", "iALS", "PinnerFormer, every next"):
        assert lead("losses", f"all three over {other}, users").outcome == "holds"
    key = "entity-entity + entity-feature over entity-entity"
    assert lead("losses", f"{key}, cold queries").outcome == "cannot tell"
