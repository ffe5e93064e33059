"""Whatever a file contains, intake returns a notebook or its one documented error."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphrec_utils.grading.submissions import intake, lint, locate, syntax, transplant
from graphrec_utils.grading.submissions.intake import Unreadable

CELL = {
    "cell_type": "code", "id": "ex-00-1", "source": ["# exercise 00.1\n", "def summarize(R):\n", "    return 1"],
    "metadata": {"graphrec": {"lesson": "00", "exercise": "00.1", "role": "exercise", "course": "0.0.9"},
                 "nbgrader": {"grade_id": "ex-00-1"}}, "outputs": [], "execution_count": None,
}  # fmt: skip
NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {"graphrec": {"lesson": "00", "course": "0.0.9"}},
    "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Title"}, CELL],
}  # fmt: skip


def raw(nb) -> bytes:
    return json.dumps(nb).encode()


def test_a_notebook_keeps_what_grading_needs():
    nb = intake.parse(raw(NOTEBOOK))
    assert (nb.lesson, nb.course, len(nb.cells)) == ("00", "0.0.9", 2)
    assert nb.cells[1].source == "# exercise 00.1\ndef summarize(R):\n    return 1"
    assert (nb.cells[1].grade_id, nb.cells[1].role) == ("ex-00-1", "exercise")


@pytest.mark.parametrize("content, why", [
    (b"", "empty"), (b"  \n", "empty"), (b"{", "broken in line 1"), (b"[]", "dictionary"),
    (b"{}", "no list of cells"), (b'{"cells": 3}', "no list"), (b"[" * 100_000, "too deep"),
    (b'{"worksheets": 7}', "no list"), (b"\x89PNG\r\n", "broken"), (b"9" * 5000, "thousands of digits"),
])  # fmt: skip
def test_what_is_no_notebook_is_refused_with_a_reason(content, why):
    with pytest.raises(Unreadable, match=why):
        intake.parse(content)


@pytest.mark.parametrize("name, comment", [("cp1251", "# счёт"), ("latin-1", "# café, déjà vu")])
def test_a_text_that_is_not_utf_8_is_read_as_what_it_likely_is_with_a_note(name, comment):
    nb = copy.deepcopy(NOTEBOOK)
    nb["cells"][1]["source"] = comment
    read = intake.parse(json.dumps(nb, ensure_ascii=False).encode(name))
    assert read.cells[1].source == comment
    assert read.notes == [f"the file is not UTF-8; it was read as {name}: letters beyond ASCII may have changed"]  # fmt: skip


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MAX_BYTES", 10)
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"x" * 11)
    with pytest.raises(Unreadable, match="more than 0 MB"):
        intake.read(path)


def test_a_folder_named_like_a_notebook_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="cannot be opened"):
        intake.read(tmp_path)


def test_a_second_half_that_begins_indented_joins_the_first():
    nb = copy.deepcopy(NOTEBOOK)
    nb["cells"][1]["source"] = "def f(x):\n    y = x"
    nb["cells"].append({**CELL, "source": "    return y"})
    assert intake.parse(raw(nb)).cells[1].source == "def f(x):\n    y = x\n    return y"


def code(*sources: str) -> dict:
    return {
        **NOTEBOOK,
        "cells": [CELL, *({**CELL, "id": "", "metadata": {}, "source": s} for s in sources)],
    }


def test_thousands_of_cells_hide_no_answer():
    nb = code(*(f"x{k} = 1" for k in range(intake.MAX_CELLS + 50)))
    nb["cells"].append(nb["cells"].pop(0))
    read = intake.parse(raw(nb))
    assert read.cells[-1].exercise == "00.1"
    assert read.notes == [
        "51 code cells were left out: at most 10,000 cells of 128 KB, 1,024 KB together, are read"
    ]


def test_huge_cells_are_left_out_with_a_sentence_and_a_long_text_is_cut():
    nb = code("x = 1\n" * 2**15, *["y = 1\n" * 2**14] * 20)
    nb["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": "![](data:" + "A" * 2**18}
    )
    read = intake.parse(raw(nb))
    assert sum(len(c.source) for c in read.cells if c.kind == "code") <= intake.MAX_CODE
    assert "code cells were left out" in read.notes[0] and read.cells[0].exercise == "00.1"
    assert len(read.cells[-1].source) == intake.MAX_SOURCE


def test_joining_split_cells_compiles_each_piece_a_few_times_only(monkeypatch):
    compiled = []
    monkeypatch.setattr(intake, "_parses", lambda source: compiled.append(len(source)) or True)
    intake.parse(raw(code("def f():\n    pass", *["    x = 1"] * 2000)))
    assert sum(compiled) <= 2000 * intake.MAX_SPLIT * 20


ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
VALUES = st.recursive(
    ATOMS | st.sampled_from([
        "def summarize(R):", "# exercise 00.2\ndef build_index(n): return {}", "%%time\nx=1", "\0",
        "\ud800", "    return 3", "```python\ndef recommend(R, u, top): pass\n```", "lambda: (yield)",
    ]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(max_size=10) | st.sampled_from(["cells", "source", "metadata", "cell_type", "id"]),
        inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def places(value, path=()):
    """Yield the path of everything inside a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


@st.composite
def mutated(draw) -> bytes:
    """Return a notebook's bytes after some changes to its JSON, and sometimes to its bytes."""
    nb = {"": copy.deepcopy(NOTEBOOK)}
    for _ in range(draw(st.integers(1, 4))):
        *outer, last = ("", *draw(st.sampled_from(sorted(places(nb[""]), key=repr))))
        parent = nb
        for key in outer:
            parent = parent[key]
        match draw(st.sampled_from(["replace", "remove", "double"])):
            case "replace":
                parent[last] = draw(VALUES)
            case "remove" if last != "":
                del parent[last]
            case "double" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[last]))
    content = json.dumps(nb[""]).encode()
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(content)))
        content = (
            content[:at] + draw(st.binary(max_size=8)) + content[at + draw(st.integers(0, 5)) :]
        )
    return content


def read_all(content: bytes) -> None:
    """Do everything that happens to a submission before it runs."""
    try:
        nb = intake.parse(content)
    except Unreadable:
        return
    lessons = {"00": {"summarize", "build_index", "recommend"}}
    locate.lesson(nb, "a", lessons, lambda: lessons)
    known = transplant.lesson("00")
    for exercise in known.exercises:
        found = locate.answer(nb, exercise.id, exercise.function, known.stubs[exercise.id])
        assert found.status in ("", "missing", "not-implemented", "syntax")
        lint.remarks(found.source)
        if not found.status:
            assert syntax.parse(found.source) is not None
            pool = transplant.pool(nb, known)
            transplant.notebook(known, exercise, found, pool.needed(found))
            transplant.notebook(known, exercise, found, pool.in_order(found))


RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=200, **RELAXED)
@given(mutated())
def test_a_mutated_notebook_never_raises_anything_else(content):
    read_all(content)


@pytest.mark.full
@settings(max_examples=2_000, **RELAXED)
@given(mutated())
def test_two_thousand_mutated_notebooks_never_raise_anything_else(content):
    read_all(content)
