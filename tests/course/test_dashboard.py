"""Progress is never lost: whole files, best results, damaged files set aside, export and import."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import subprocess
import sys

import pytest

from graphrec_utils import paths, syllabus
from graphrec_utils.exercises import dashboard, find, memory, page


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    return tmp_path / "state"


def entry(points: float) -> dict:
    return {"points": points, "max_points": 2, "tries": 1}


def test_without_a_file_everything_is_open():
    assert memory.read()["exercises"] == {}
    assert "○ 00.1" in repr(dashboard.Dashboard())
    assert "Next: exercise 00.1, summarize." in repr(dashboard.Dashboard())


def test_what_was_written_is_read_back():
    memory.write({"exercises": {"00.1": entry(2), "00.2": entry(1)}})
    assert memory.read()["exercises"]["00.2"]["points"] == 1
    text = repr(dashboard.Dashboard())
    assert "✓ 00.1" in text
    assert "◐ 00.2" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"exercises": 3}',
        '{"exercises": {"00.1": {}}}',
        "\x00\xff",
        '{"exercises": {"00.1": {"points": 1, "max_points": 1e999, "tries": 1}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_counts_as_empty(state, text):
    state.mkdir()
    (state / "progress.json").write_text(text, encoding="utf-8")
    assert memory.read()["exercises"] == {}
    assert (state / "progress.damaged.json").read_text(encoding="utf-8") == text
    memory.write({"exercises": {"00.1": entry(2)}})
    assert memory.read()["exercises"]["00.1"]["points"] == 2


def test_an_interrupted_write_leaves_the_old_file(state, monkeypatch):
    memory.write({"exercises": {"00.1": entry(2)}})
    monkeypatch.setattr(
        memory.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full"))
    )
    with pytest.raises(OSError):
        memory.write({"exercises": {}})
    assert json.loads((state / "progress.json").read_text())["exercises"]["00.1"]["points"] == 2
    assert [p.name for p in state.iterdir()] == ["progress.json"]


def test_a_folder_that_cannot_be_written_does_not_stop_a_check(state, monkeypatch):
    state.write_text("a file where the folder should be")
    from graphrec_utils.exercises import check, get

    assert check("00.1", get("00.1").reference) == 2.0


def test_export_and_import_move_the_better_results(state, tmp_path, capsys):
    memory.write({"exercises": {"00.1": entry(2), "00.2": entry(0)}})
    file = tmp_path / "mine.json"
    assert dashboard.main(["--export", str(file)]) == 0
    memory.write({"exercises": {"00.1": entry(1), "00.2": entry(2)}})
    assert dashboard.main(["--import", str(file)]) == 0
    assert {k: v["points"] for k, v in memory.read()["exercises"].items()} == {"00.1": 2, "00.2": 2}


def test_importing_something_else_is_refused(tmp_path, capsys):
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert dashboard.main(["--import", str(other)]) == 2
    assert "holds no results of this course" in capsys.readouterr().err
    assert other.exists()


def test_exporting_into_a_missing_disk_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert dashboard.main(["--export", str(tmp_path / "file" / "x.json")]) == 2
    assert "could not write" in capsys.readouterr().err


def test_nothing_is_recorded_from_the_solutions_folder(monkeypatch):
    monkeypatch.chdir(paths.root() / "solutions")
    assert not memory.recording()
    monkeypatch.chdir(paths.root() / "notebooks")
    assert memory.recording()


def test_the_table_names_every_bar_for_screen_readers():
    page = dashboard.Dashboard()._repr_html_()
    assert 'aria-label="00 · Start here: 0 of 10 points"' in page


def test_a_lesson_ends_with_its_own_progress_and_the_way_on():
    memory.write({"exercises": {"00.1": entry(2), "00.2": entry(1)}})
    board = dashboard.progress("00")
    assert "Recommender" not in repr(board).splitlines()[0]
    assert repr(board).splitlines()[1:] == ["Next: lesson 01, Recommender basics."]
    page = board._repr_html_()
    assert '◐&nbsp;<a href="#cell-id=ex-00-2">00.2</a>' in page
    assert '<a href="01_recommender_basics.ipynb">lesson 01, Recommender basics</a>' in page


def test_after_the_last_lesson_that_is_written_there_is_no_link(monkeypatch):
    monkeypatch.setattr(dashboard.find, "of_lesson", lambda number: ())
    assert str(dashboard.progress("00").next()) == "This is the last lesson so far."
    assert "<a" not in dashboard.progress("00")._repr_html_()


@pytest.mark.parametrize("lesson", syllabus.LESSONS, ids=lambda x: x.number)
def test_what_comes_next_is_what_stands_next_on_the_page(lesson):
    """Numbers of exercises are no order: a lesson may put 17.8 before 17.6, and branches come last."""
    source = (paths.root() / "solutions" / f"{lesson.stem}.py").read_text("utf-8")
    order = re.findall(r'^# %%.*tags=\["exercise:([\d.]+)"', source, re.MULTILINE)
    assert list(page.sections(lesson.number)) == order
    branches = [find.get(name).branch for name in order]
    assert branches == sorted(branches)  # the core comes first
    for one, other in itertools.pairwise(order):
        following = dashboard.after(find.get(one)).place
        if find.get(other).branch and not find.get(one).branch:  # the core alone leads on
            assert "exercise" not in following or f"exercise {order[0]}," in following
        else:
            section = re.escape(page.sections(lesson.number)[other])
            assert re.match(rf"exercise {other}, \w+, in section {section}$", following)


def test_without_a_page_or_with_a_damaged_one_the_next_number_comes_next(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    found = []
    for text in (None, "{", "[]", '{"cells": [{"cell_type": "markdown"}]}'):
        page.sections.cache_clear()
        there = tmp_path if text else None
        monkeypatch.setattr(page.paths, "root", lambda there=there: there)
        if text:
            (tmp_path / "notebooks" / "17_ranking.ipynb").write_text(text)
        found.append(dashboard.after(find.get("17.1")).place)
    page.sections.cache_clear()
    assert found == ["exercise 17.6, examined_loss"] * 4


def test_two_kernels_at_once_lose_nothing(state):
    code = (
        "import sys\nfrom graphrec_utils.exercises import memory\n"
        "for k in range(25):\n"
        "    with memory.changing() as content:\n"
        "        content['boxes'][f'{sys.argv[1]}.q{k}'] = 2\n"
    )
    environment = {**os.environ, "GRAPHREC_STATE": str(state), "PYTHONPATH": str(paths.root())}
    environment.pop("GRAPHREC_RECORD", None)
    several = [
        subprocess.Popen([sys.executable, "-c", code, name], env=environment)
        for name in ("01", "02", "03")
    ]
    assert [one.wait() for one in several] == [0, 0, 0]
    assert len(memory.read()["boxes"]) == 75


def test_what_a_branch_pays_is_extra_and_the_core_alone_leads_on(monkeypatch):
    parts = find.of_lesson("00")
    last = dataclasses.replace(parts[-1], branch=True)
    monkeypatch.setattr(dashboard.find, "of_lesson", lambda number: (*parts[:-1], last))
    core = {e.id: entry(e.points) for e in parts[:-1]}
    memory.write({"exercises": core})
    most = sum(e.points for e in parts[:-1])
    first, then = repr(dashboard.progress("00")).splitlines()
    assert f"Start here: {most} of {most} points   " in first and first.endswith(f"○ {last.id} ↳")
    assert then == "Next: lesson 01, Recommender basics."
    assert "lesson 01" in str(dashboard.after(parts[-2]))  # not the branch
    memory.write({"exercises": core | {last.id: entry(1)}})
    assert f"{most} of {most} (and 1 extra) points" in repr(dashboard.progress("00"))
    page = dashboard.progress("00")._repr_html_()
    assert f'max="{most}" value="{most}"' in page and f"{most} of {most} (and 1 extra)" in page
