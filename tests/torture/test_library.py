"""The library's own version of an exercise earns nothing, by whatever way an answer gets at it."""

from __future__ import annotations

import functools
import importlib
import json
import pkgutil

import pytest
from answers import code

import graphrec_utils
from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.exercises import card, closed_library
from graphrec_utils.grading import batch

EXERCISES = [e for x in syllabus.LESSONS for e in exercises.of_lesson(x.number) if e.library]

NDCG = "# exercise 01.3\n{}\n\ndef ndcg_at_k(ranked, relevant, top):\n    {}\n"
LAYER = "# exercise 05.2\ndef ngcf_layer_matrix(A_hat, E, W_self, W_inter):\n    {}\n"
PATH = closed_library.version(exercises.get("01.3").library).__module__
CALL = "return {}(ranked, relevant, top)"
FULL = {  # what an honest answer with other functions of the library earns, exactly
    "graphs_normalize": ("06.1", 5.0),
    "propagate": ("06.3", 5.0),
    "ngcf_layer": ("05.3", 4.0),
}

ATTACKS = {
    "the_defining_module": f"# exercise 01.3\nfrom {PATH} import ndcg_at_k\n",
    "the_public_path": "# exercise 01.3\nfrom graphrec_utils.metrics import ndcg_at_k\n",
    "its_two_halves": NDCG.format(
        "from graphrec_utils.metrics.single import dcg_at_k",
        "best = dcg_at_k(list(relevant), relevant, top)\n"
        "    return dcg_at_k(ranked, relevant, top) / best if best else 0.0",
    ),
    "its_sisters": "# exercise 01.2\nfrom graphrec_utils.metrics import single as s\n\n"
    "def recall_hit_mrr(lists, relevant, top):\n    n = max(1, len(lists))\n"
    "    both = list(zip(lists, relevant))\n"
    "    return tuple(sum(f(a, b, top) for a, b in both) / n\n"
    "                 for f in (s.recall_at_k, s.hit_rate_at_k, s.mrr))\n",
    "another_loss": "# exercise 03.4\nfrom graphrec_utils.losses.softmax import sampled_softmax\n\n"
    "def bpr_loss(pos, neg):\n    return sampled_softmax(pos, neg)\n",
    "its_inside": "# exercise 05.4\nfrom graphrec_utils.models import ngcf\n\n"
    "def message_dropout(A_hat, rate, training, generator):\n"
    "    return ngcf._drop(A_hat, rate, generator) if training else A_hat\n",
    "its_buffers": "# exercise 06.1\nfrom graphrec_utils.graphs import normalize, propagation\n\n"
    "def lightgcn_propagate(A, E0, num_layers):\n"
    "    weights = [1 / (num_layers + 1)] * (num_layers + 1)\n"
    "    return propagation._in_buffers(normalize(A), E0, weights)\n",
    "sys_modules": NDCG.format("import sys", CALL.format(f"sys.modules[{PATH!r}].ndcg_at_k")),
    "the_callers_name": NDCG.format(
        "import graphrec_utils.metrics as m\nglobals()['__name__'] = 'graphrec_utils.me'",
        CALL.format("m.ndcg_at_k"),
    ),
    "code_of_the_callers_name": NDCG.format(
        "import graphrec_utils.metrics as m",
        "return eval('m.ndcg_at_k(*x)', {'__name__': 'graphrec_utils.me', 'm': m,\n"
        "        'x': (ranked, relevant, top)})",
    ),
    "closure": NDCG.format(
        "from graphrec_utils.metrics import ndcg_at_k as theirs\n"
        "for cell in theirs.__closure__ or ():\n"
        "    if callable(cell.cell_contents):\n        theirs = cell.cell_contents\n",
        CALL.format("getattr(theirs, '__wrapped__', theirs)"),
    ),
    "a_fresh_import": NDCG.format(
        "import importlib, sys\nfor name in [x for x in sys.modules if 'graphrec_utils.m' in x]:\n"
        f"    del sys.modules[name]\nagain = importlib.import_module({PATH!r})",
        CALL.format("again.ndcg_at_k"),
    ),
    "a_reload": NDCG.format(
        f"import importlib\nagain = importlib.reload(importlib.import_module({PATH!r}))",
        CALL.format("again.ndcg_at_k"),
    ),
    "the_source": NDCG.format(
        f"import {PATH} as m\nnames = dict(vars(m))\nexec(open(m.__file__).read(), names)",
        CALL.format("names['ndcg_at_k']"),
    ),
    "the_bytes": NDCG.format(
        f"import glob, marshal, os, {PATH} as m\nnames = {{'__name__': 'me'}}\n"
        "here = os.path.dirname(m.__file__)\n"
        f"for path in glob.glob(here + '/__pycache__/{PATH.rpartition('.')[2]}*'):\n"
        "    exec(marshal.loads(open(path, 'rb').read()[16:]), names)",
        CALL.format("names['ndcg_at_k']"),
    ),
    "another_error": NDCG.format(
        "import builtins, graphrec_utils.metrics as m\nbuiltins.RuntimeError = str",
        CALL.format("m.ndcg_at_k"),
    ),
    "a_sibling": LAYER.format(
        "return ngcf.stack(A_hat, E, [(W_self, W_inter)])[:, E.shape[1]:]"
    ),
}  # fmt: skip

LOOK = """\
# exercise {id}
import importlib

def {function}(*inputs):
    said = set()
    for module, *names in {aliases!r}:
        found = importlib.import_module(module)
        for name in names:
            found = getattr(found, name)
        try:
            found(*inputs)
        except RuntimeError as error:
            said.add(str(error))
        else:
            said.add(module + " is open")
    raise RuntimeError(" and ".join(sorted(said)))
"""


@functools.cache
def everything() -> dict[str, object]:
    """Import all of the package but what an answer never sees; return {name: module}."""
    hidden = tuple(
        f"graphrec_utils.{x}" for x in ("exercises", "grading", "authoring", "fitted", "advise")
    )
    found = [x.name for x in pkgutil.walk_packages(graphrec_utils.__path__, "graphrec_utils.")]
    return {
        name: importlib.import_module(name)
        for name in found
        if not name.startswith(hidden) and not name.endswith("__main__")
    }


def aliases(exercise) -> list[tuple[str, ...]]:
    """Return (module, name, …) of every place in the package where the library's version is."""
    ours = closed_library.version(exercise.library)
    places = [(ours.__module__, ours.__name__), tuple(exercise.library.rsplit(".", 1))]
    for name, module in everything().items():
        for key, value in vars(module).items():
            if value is ours:
                places.append((name, key))
            elif isinstance(value, type):
                places += [(name, key, k) for k, v in vars(value).items() if v is ours]
    return sorted(set(places))


def submission(lesson: str, *sources: str) -> dict:
    meta = {"graphrec": {"lesson": lesson}}
    return {
        "cells": [code(x) for x in sources],
        "metadata": meta,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def solved(exercise: str) -> str:
    """Return the course's own answer cell."""
    stem = next(x.stem for x in syllabus.LESSONS if x.number == exercise[:2])
    nb = json.loads((paths.root() / "solutions" / f"{stem}.ipynb").read_text("utf-8"))
    return next(
        "".join(c["source"]) for c in nb["cells"]
        if c["metadata"].get("graphrec", {}).get("exercise") == exercise
        and c["metadata"]["graphrec"]["role"] == "exercise"
    )  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> dict[tuple[str, str], dict]:
    """Grade everything of this file in one batch; return {(student, exercise): row}."""
    top = tmp_path_factory.mktemp("library")
    made = {name: submission(source[11:13], source) for name, source in ATTACKS.items()}
    made |= {name: submission(e[:2], solved(e)) for name, (e, _) in FULL.items()}
    for e in EXERCISES:  # alone: beside others it would be tried again with all that stands above
        source = LOOK.format(id=e.id, function=e.function, aliases=aliases(e))
        made[f"looks-{e.id}"] = submission(e.id[:2], source)
    for name, nb in made.items():
        (top / "in" / name).mkdir(parents=True)
        (top / "in" / name / "answer.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    result = batch.grade([top / "in"], top / "out", batch.Settings())
    return {(s["student"], e["id"]): e for s in result["submissions"] for e in s["exercises"]}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_way_to_the_library_version_earns_nothing(graded, name):
    row = graded[name, ATTACKS[name][11:15]]
    assert (row["points"], row["status"] in ("wrong", "error")) == (0.0, True), row["reason"]


@pytest.mark.parametrize("name", FULL)
def test_other_functions_of_the_library_may_be_used(graded, name):
    exercise, points = FULL[name]
    row = graded[name, exercise]
    assert (row["points"], row["status"]) == (points, "passed"), row["reason"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_every_path_to_it_says_that_it_is_the_exercise(graded, exercise):
    row = graded[f"looks-{exercise.id}", exercise.id]
    assert row["points"] == 0
    assert row["reason"] == f"RuntimeError: {closed_library.sentence(exercise.library)}"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_card_says_the_same_as_the_grader(exercise, tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    source = LOOK.format(id=exercise.id, function=exercise.function, aliases=aliases(exercise))
    names: dict = {}
    exec(source, names)
    score = card.check(exercise.id, names[exercise.function])
    assert score == 0
    assert f"RuntimeError: {closed_library.sentence(exercise.library)}" in card.as_text(
        score.result
    )
