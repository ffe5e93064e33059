"""Stored results survive a round trip, say what is wrong with them, and verdicts are stable."""

from __future__ import annotations

import json
import platform
import re

import numpy as np
import pytest
import torch

from graphrec_utils import metrics, paths, results
from graphrec_utils.datasets import registry

META = {"claim": "Two is more than one.", "command": "GRAPHREC_LONG=1 python -m x", "seeds": [0, 1]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Point the package's data folder, and with it all results, to an empty one."""
    monkeypatch.setattr(paths, "data", lambda: tmp_path)
    monkeypatch.delenv("GRAPHREC_LONG", raising=False)
    return tmp_path / "results"


def save(name="02_test", values=None, **change):
    meta = META | {"seconds": 1.26, "values": values or {"recall": 0.5}} | change
    return results.save(name, **meta)


# ------------------------------------------------------------------------------- verdicts
def test_verdict_that_holds_reads_holds():
    shown = repr(results.verdict("Two is more than one.", 2 > 1, "2 and 1"))
    assert shown == "holds: Two is more than one.\n2 and 1"


def test_verdict_that_fails_reads_does_not_hold():
    assert repr(results.verdict("One is more.", False)) == "does not hold: One is more."


@pytest.mark.parametrize("yes", [np.bool_(True), torch.tensor(2) > 1, np.array(2) > 1])
def test_comparisons_of_numpy_and_torch_are_verdicts(yes):
    assert results.verdict("x", yes).outcome == "holds"


@pytest.mark.parametrize("holds", [0.3, 1, "yes", np.array([True, True]), None])
def test_verdict_wants_the_outcome_of_a_comparison(holds):
    with pytest.raises(ValueError, match="holds must be True, False or what"):
        results.verdict("x", holds)


OPEN = metrics.compare(np.array([0.5, 0.0]), np.array([0.0, 0.5]))
AHEAD = metrics.compare(np.array([0.5, 1.0]), np.array([0.0, 0.5]))
BEHIND = metrics.compare(np.array([0.0, 0.5]), np.array([0.5, 1.0]))


@pytest.mark.parametrize(
    ("comparison", "word"),
    [(AHEAD, "holds"), (BEHIND, "does not hold"), (OPEN, "cannot tell")],
)
def test_a_comparison_has_three_verdicts(comparison, word):
    shown = repr(results.verdict("A finds more than B.", comparison, "recall@20"))
    assert shown == f"{word}: A finds more than B.\nrecall@20"


def test_a_comparison_brings_its_numbers():
    numbers = "0.2500 against 0.2500: +0.0000, from -6.3531 to +6.3531, 2 users"
    assert repr(results.verdict("x", OPEN)) == f"cannot tell: x\n{numbers}"


def test_the_three_cards_differ_in_color():
    cards = [results.verdict("x", how)._repr_html_() for how in (AHEAD, BEHIND, OPEN)]
    assert len({card.split("solid ")[1][:7] for card in cards}) == 3


def test_card_says_in_words_what_its_color_says():
    assert "✓ holds" in results.verdict("x", True)._repr_html_()
    assert "✗ does not hold" in results.verdict("x", False)._repr_html_()
    assert "? cannot tell" in results.verdict("x", OPEN)._repr_html_()


def test_card_takes_the_text_color_of_the_page():
    card = results.verdict("x", True)._repr_html_()
    assert "color:currentColor" in card
    assert "background" not in card


def test_card_shows_markup_in_a_claim_as_text():
    card = results.verdict("a < b & c", True, "<script>")._repr_html_()
    assert "a &lt; b &amp; c" in card
    assert "<script>" not in card


# --------------------------------------------------------------------------- save and load
def test_what_is_saved_is_loaded(folder):
    saved = save(values={"recall": np.float32(0.5), "grid": np.eye(2), "n": np.int64(3)})
    loaded = results.load("02_test")
    assert loaded == saved
    assert loaded.values == {"recall": 0.5, "grid": [[1, 0], [0, 1]], "n": 3}
    assert (loaded.claim, loaded.seeds, loaded.seconds) == (META["claim"], [0, 1], 1.3)


def test_file_has_exactly_the_documented_fields(folder):
    save()
    content = json.loads((folder / "02_test.json").read_text())
    assert tuple(content) == results.FIELDS


def test_checksums_are_those_of_the_registry(folder, monkeypatch):
    files = [{"path": "toy/a.txt", "sha256": "1f"}]
    monkeypatch.setattr(registry, "read", lambda: {"toy": {"files": files}})
    assert save(data="toy").data_sha256 == {"toy/a.txt": "1f"}


def test_machine_names_neither_host_nor_folder(folder):
    text = json.dumps(results.machine())
    assert platform.node() not in text
    assert str(paths.PACKAGE) not in text


def test_nothing_but_the_result_stays_in_the_folder(folder):
    save()
    save(values={"recall": 0.6})
    assert [path.name for path in folder.iterdir()] == ["02_test.json"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_value_that_json_cannot_hold_is_refused_and_the_old_file_stays(folder, value):
    save()
    with pytest.raises(ValueError, match="result '02_test' cannot be stored"):
        save(values={"recall": value})
    assert results.load("02_test").values == {"recall": 0.5}
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["ials", "2_ials", "02_../x", "02_IALS", "02_x.json"])
def test_other_names_are_refused(folder, name):
    with pytest.raises(ValueError, match='named like "02_ials_gowalla"'):
        results.load(name)


def test_missing_result_names_the_others_and_the_way_to_make_it(folder):
    save("02_other")
    with pytest.raises(FileNotFoundError, match=r"stored: 02_other\); .*GRAPHREC_LONG=1"):
        results.load("02_test")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"claim": "x"}'],
    ids=["empty", "cut off", "list", "null", "fields missing"],
)
def test_damaged_file_is_one_sentence(folder, text):
    save()
    (folder / "02_test.json").write_text(text)
    with pytest.raises(ValueError, match=r"data/results/02_test\.json is damaged"):
        results.load("02_test")


# ------------------------------------------------------------------------------- long runs
def refuse():
    raise AssertionError("computed although a result is stored")


def test_stored_result_is_loaded_without_computing(folder):
    save()
    assert results.stored("02_test", refuse, **META).values == {"recall": 0.5}


@pytest.mark.parametrize("off", ["", "0"])
def test_long_runs_can_be_switched_off(folder, monkeypatch, off):
    save()
    monkeypatch.setenv("GRAPHREC_LONG", off)
    assert results.stored("02_test", refuse, **META).values == {"recall": 0.5}


def test_long_runs_compute_and_rewrite(folder, monkeypatch):
    save()
    monkeypatch.setenv("GRAPHREC_LONG", "1")
    assert results.stored("02_test", lambda: {"recall": 0.7}, **META).values == {"recall": 0.7}
    assert results.load("02_test").values == {"recall": 0.7}


def test_seconds_are_measured(folder, monkeypatch):
    clock = iter([100.0, 107.0])
    monkeypatch.setenv("GRAPHREC_LONG", "1")
    monkeypatch.setattr(results.time, "perf_counter", lambda: next(clock))
    assert results.stored("02_test", dict, **META).seconds == 7


def test_values_of_another_claim_are_refused(folder):
    save(claim="One is more than two.")
    with pytest.raises(ValueError, match="measured for another claim"):
        results.stored("02_test", refuse, **META)


def test_missing_long_run_names_its_command(folder):
    with pytest.raises(FileNotFoundError, match="measure it again: GRAPHREC_LONG=1 python -m x"):
        results.stored("02_test", refuse, **META)


# ------------------------------------------------------------------------------ appearance
def test_text_of_a_result_depends_on_its_file_only(folder):
    save(values={"recall@20": 1 / 3, "grid": list(range(100)), "best": "d = 4"})
    text = repr(results.load("02_test"))
    processor = results.machine()["processor"]
    assert text.splitlines()[:4] == [
        "Stored numbers, not judged yet: Two is more than one.",
        "  recall@20  0.3333",
        "  grid       100 entries",
        "  best       d = 4",
    ]
    assert f"stored: 1 s, seeds: 0, 1, {processor}" in text
    assert text.endswith("again: GRAPHREC_LONG=1 python -m x")
    assert " object at 0x" not in text


def test_card_of_a_result_has_every_value_once(folder):
    card = save(values={"recall@20": 0.25, "<b>": "x & y"})._repr_html_()
    assert card.count("0.25") == 1
    assert "&lt;b&gt;" in card
    assert "x &amp; y" in card


# ------------------------------------------------------------- what the repository contains
STORED = sorted((paths.data() / "results").glob("*.json"))


@pytest.mark.parametrize("file", STORED, ids=[file.stem for file in STORED])
def test_stored_result_of_the_course_is_complete(file):
    result = results.load(file.stem)
    assert result.values
    assert result.seconds > 0
    assert all(len(checksum) == 64 for checksum in result.data_sha256.values())


@pytest.mark.parametrize("file", STORED, ids=[file.stem for file in STORED])
def test_stored_result_names_a_command_that_exists(file):
    command = results.load(file.stem).command
    module = re.search(r"python3? -m ([\w.]+)", command)
    assert module, command
    place = paths.root() / module[1].replace(".", "/")
    assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()
