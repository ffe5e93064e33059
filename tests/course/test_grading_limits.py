"""What one student hands in costs nobody else anything: limits of collecting, unpacking and reading."""

from __future__ import annotations

import io
import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from graphrec_utils.grading.isolation import bounded, tidy
from graphrec_utils.grading.submissions import collect, files, intake, lean, unpack

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked on this system")


def notebook(*sources: str, outputs=()) -> dict:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}
        for source in sources
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def zipped(**contents: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.ipynb", content)
    return buffer.getvalue()


def write(top: Path, **contents: bytes) -> Path:
    """Write files; in their names __ stands for a dot, and - for a folder."""
    for name, content in contents.items():
        path = top / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


def collected(top: Path, *skip: Path) -> tuple[dict[str, list], list[dict]]:
    unpack = top.parent / "unpack"
    unpack.mkdir(exist_ok=True)
    ignored: list[dict] = []
    found: dict[str, list] = {}
    for made in collect.submissions([top], unpack, ignored, skip):
        found.setdefault(made.student, []).append(made)
    return found, ignored


# ---------------------------------------------------------------- a child with limits


@forks
def test_work_in_a_child_returns_what_it_says_and_what_it_took():
    value, seconds = bounded.call(lambda: {"a": [1, "x"]}, bounded.Bounds(5, 2**30))
    assert value == {"a": [1, "x"]}

    def longer() -> str:
        start = time.process_time()
        while time.process_time() - start < 0.5:
            pass
        return "done"

    done, more = bounded.call(longer, bounded.Bounds(20, 2**30))
    assert done == "done" and 0 <= seconds < more


def spin():
    while True:
        pass


@forks
@pytest.mark.parametrize("work", [
    spin, lambda: bytearray(2**30), lambda: os._exit(3), lambda: os.kill(os.getpid(), 9),
    lambda: time.sleep(60), lambda: "x" * 2**20,
], ids=["time", "memory", "exit", "killed", "sleep", "answer"])  # fmt: skip
def test_work_that_takes_more_than_it_may_is_a_sentence_and_nothing_here(work, monkeypatch):
    monkeypatch.setattr(bounded, "PATIENCE", 2.0)
    monkeypatch.setattr(bounded, "ANSWER", 2**16)
    with pytest.raises(bounded.Exceeded, match="1 s of computing or 256 MB"):
        bounded.call(work, bounded.Bounds(1, 2**28))


@forks
def test_a_child_writes_no_larger_files_than_it_may_and_our_own_faults_have_their_names(tmp_path):
    def work():
        (tmp_path / "large").write_bytes(bytes(2**20))

    with pytest.raises(RuntimeError, match="OSError"):
        bounded.call(work, bounded.Bounds(5, 2**30, 2**16))


# ---------------------------------------------------------------- zip files and folders


@forks
@pytest.mark.parametrize("costs", [spin, lambda: bytearray(2**32)], ids=["time", "memory"])
def test_a_zip_that_costs_too_much_is_its_student_s(tmp_path, monkeypatch, costs):
    extract = files.extract

    def costly(archive, info, *rest):
        return costs() if "poison" in info.filename else extract(archive, info, *rest)

    monkeypatch.setattr(files, "extract", costly)
    monkeypatch.setattr(unpack, "UNPACK_SECONDS", 1.0)
    monkeypatch.setattr(unpack, "UNPACK_MEMORY", 2**28)
    found, _ = collected(write(
        tmp_path / "in", ann_in_a__zip=zipped(poison=b"{}"), ann_in_b__zip=zipped(poison=b"{ }"),
        bob__zip=zipped(fine=b"{}"),
    ))  # fmt: skip
    assert [x.problem[:24] for x in found["ann"]] == ["to unpack it takes more "] * 2
    assert [x.problem for x in found["bob"]] == [""] and found["bob"][0].path.read_bytes() == b"{}"


@pytest.mark.parametrize("limit, large", [
    ("MAX_UNPACKED", b" " * 3000 + b"{}"), ("MAX_KEPT", b" " * 3000 + b"{}"),
])  # fmt: skip
def test_what_one_student_unpacks_leaves_the_room_of_the_others(
    tmp_path, monkeypatch, limit, large
):
    monkeypatch.setattr(unpack, limit, 2000)
    first, second = (zipped(a=large + end, b=b"[]" + end) for end in (b" ", b"  "))
    contents = {"ann_in_a__zip": first, "ann_in_b__zip": second, "bob__zip": zipped(a=b"{}")}
    found, _ = collected(write(tmp_path / "in", **contents))
    assert any("MB in zip files" in x.problem for x in found["ann"])
    assert sum(x.path is not None for x in found["ann"]) < 3
    assert [x.problem for x in found["bob"]] == [""]


def test_of_a_class_in_a_zip_each_student_has_a_room(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_UNPACKED", 2000)
    content = zipped(**{"ann/a": b" " * 3000 + b"{}", "ann/b": b"[]", "bob/a": b"{}"})
    found, _ = collected(write(tmp_path / "in", all__zip=content))
    assert [bool(x.problem) for x in found["ann"]] == [True, True]
    assert [x.problem for x in found["bob"]] == [""]


@forks
def test_zip_files_in_a_zip_have_one_room_together(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_KEPT", 3000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for k in range(4):
            archive.writestr(f"{k}.zip", zipped(a=b"%d" % k + b" " * 2000))
    found, _ = collected(write(tmp_path / "in", ann__zip=inner.getvalue(), bob_in_a__ipynb=b"{}"))
    assert sum(x.path is not None for x in found["ann"]) == 2
    left = sum(p.stat().st_size for p in (tmp_path / "unpack").rglob("*") if p.is_file())
    assert left < 5000


@pytest.mark.skipif(sys.platform == "win32", reason="paths are short there")
def test_folders_without_end_and_files_without_number_are_read_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_MEMBERS", 50)
    top = write(
        tmp_path / "in", bob_in_a__ipynb=b"{}", **{f"cid_in_{k}__txt": b"" for k in range(80)}
    )
    here = os.getcwd()
    os.mkdir(top / "ann")
    os.chdir(top / "ann")
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    found, ignored = collected(top)
    tidy.remove(top / "ann")  # what shutil cannot
    assert [x.problem for x in found["bob"]] == [""]
    cut = {x["file"] for x in ignored if "more than 50 files and folders" in x["why"]}
    assert cut == {"ann", "cid"}
    why = "the folder has more than 50 files and folders in it: the others are not read"
    assert [x.notes for x in found["cid"]] == [(why,)] and found["bob"][0].notes == ()


def test_copies_of_a_notebook_are_graded_once(tmp_path):
    """Forty of them took the time of forty; the last one stays, under its own name."""
    content = json.dumps(notebook("x = 1")).encode()
    zips = {"ann__zip": zipped(**{f"try {k:02}/00_start_here": content for k in range(40)})}
    found, ignored = collected(write(tmp_path / "in", bob_in_00_start_here__ipynb=content, **zips))
    assert [len(found["ann"]), len(found["bob"])] == [1, 1]
    assert "a copy of ann.zip:try" in ignored[1]["why"] and "34 more" in ignored[-1]["why"]
    notes = found["ann"][0].told({"notes": ["before"]})["notes"]
    assert notes[0] == "before" and notes[1].startswith(
        "39 more notebooks were not graded: a copy of"
    )
    assert found["bob"][0].told({})["notes"] == []


def test_one_text_under_the_names_of_two_lessons_is_no_copy(tmp_path):
    content = json.dumps(notebook("x = 1")).encode()
    names = ("ann_in_00_start_here__ipynb", "ann_in_01_recommender_basics__ipynb")
    found, _ = collected(write(tmp_path / "in", **dict.fromkeys(names, content)))
    assert len(found["ann"]) == 2


def test_more_notebooks_than_one_student_may_have_read_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "MOST_BYTES", 500)
    some = {f"ann_in_{k}__ipynb": b"%d" % k + b" " * 200 for k in range(5)}
    found, ignored = collected(write(tmp_path / "in", bob_in_a__ipynb=b" " * 400, **some))
    assert [len(found["ann"]), len(found["bob"])] == [2, 1]
    assert "MB of notebooks" in ignored[0]["why"]


@pytest.mark.parametrize("place", ["in/out", "in", "in/ann/out"])
def test_results_of_the_grader_are_no_submissions(tmp_path, place):
    """The output folder may lie in the graded one: the second run found a student named graded."""
    top = write(tmp_path / "in", ann_in_a__ipynb=b"{}", bob_in_a__ipynb=b"[]")
    out = tmp_path / place
    for name in ("graded", "students", "gradescope"):
        (out / name).mkdir(parents=True)
        (out / name / "x.ipynb").write_text("{ }")
    found, ignored = collected(top, out, *(out / x for x in ("graded", "students", "gradescope")))
    assert set(found) == {"ann", "bob"} and ignored == []


# ---------------------------------------------------------------- what is read of a notebook


@pytest.fixture
def short(monkeypatch):
    """Let every notebook be a long one."""
    monkeypatch.setattr(lean, "PLAIN", 10)


HARD = [
    'a "quoted" [',
    "back\\slash\\\\",
    '"outputs": [1, {',
    "ünï\u2028 😀 \\u0041",
    "'''\"\"\"",
    "]}",
]


def test_outputs_are_left_out_and_everything_else_stays(short):
    made = notebook(*HARD, outputs=[{"data": {"text/plain": ["]", "[", '\\"']}, "x": [[[]]]}])
    made["cells"].append({"cell_type": "markdown", "metadata": {"outputs": "no value"},
                          "source": HARD, "attachments": {"a.png": {"image/png": "AAAA"}}})  # fmt: skip
    made["metadata"]["widgets"] = {"application/x": {"state": {"a": [1, 2]}}}
    wanted = json.loads(json.dumps(made))
    for cell in wanted["cells"][:-1]:
        cell["outputs"] = []
    wanted["cells"][-1]["attachments"] = wanted["metadata"]["widgets"] = {}
    for more in ({}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}):
        assert json.loads(lean.text(json.dumps(made, **more))) == wanted


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_damaged_long_file_is_refused_as_a_damaged_short_one(short, cut):
    text = json.dumps(notebook("a", outputs=[{"x": "y"}]))[:-cut]
    with pytest.raises(intake.Unreadable, match="broken"):
        intake.parse(text.encode())


def test_a_notebook_with_large_outputs_is_read_without_them():
    lines = [f"{k} " * 20 + "\n" for k in range(20_000)]
    made = notebook("x = 1", outputs=[{"output_type": "stream", "text": lines}] * 4)
    assert intake.parse(json.dumps(made).encode()).cells[0].source == "x = 1"


def test_lists_without_end_are_refused_before_they_are_parsed(monkeypatch):
    """Parsed, each two characters take sixty bytes: two hundred megabytes are six gigabytes."""
    monkeypatch.setattr(lean, "MOST", 2 * 2**20)
    start = time.process_time()
    with pytest.raises(intake.Unreadable, match="more than 2 MB besides its outputs"):
        intake.parse(b'{"cells": [' + b"[]," * 2**23 + b"[]]}")
    assert time.process_time() - start < 5


def test_lists_without_end_among_the_outputs_are_left_out(monkeypatch):
    made = json.dumps(notebook("x = 1")).encode()
    long = made.replace(b'"outputs": []', b'"outputs": [' + b"[]," * 2**20 + b"[]]")
    assert intake.parse(long).cells[0].source == "x = 1"
    monkeypatch.setattr(lean, "PIECES", 2**20)
    with pytest.raises(intake.Unreadable, match="texts, lists and dictionaries"):
        intake.parse(long)


def test_a_long_notebook_in_a_zip_stays_on_the_disk_without_its_outputs(tmp_path):
    made = json.dumps(notebook("x = 1", outputs=[{"text": "y" * 2**21}])).encode()
    found, _ = collected(write(tmp_path / "in", ann__zip=zipped(a=made), bob_in_a__ipynb=b"{}"))
    (one,) = found["ann"]
    assert one.path.stat().st_size < 500 and intake.read(one.path).cells[0].source == "x = 1"


# ---------------------------------------------------------------- what stands in reports


@forks
def test_answers_that_take_long_to_compare_are_not_compared(monkeypatch):
    from graphrec_utils.grading import batch

    answers = {"ann": {"00.1": "def summarize(R): pass"}}
    assert batch._similar(answers)["notes"][0] == "1 answers were compared."
    monkeypatch.setattr(batch, "COMPARE_SECONDS", 0.0)
    monkeypatch.setattr(batch.similarity, "compare", lambda answers: spin())
    assert "not compared: more than 1 s" in batch._similar(answers)["notes"][0]
