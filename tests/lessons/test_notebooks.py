"""Every notebook runs as it is stored; what it stores is what its lesson promises."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.lesson import around, flow, predictions
from graphrec_utils.authoring.lesson.build import ENVIRONMENT
from graphrec_utils.authoring.lesson.source import notebooks, role, sources, target
from graphrec_utils.exercises import questions, remember
from graphrec_utils.exercises.card import MIME
from tests.lessons import anatomy

ROOT = paths.root()
HANGS = 1800  # seconds after which something hangs, however busy the machine is
SOURCES = sources()
BOTH = [target(source, name) for source in SOURCES for name in ("solved", "student")]


def label(path) -> str:
    return f"{path.parent.name}/{path.stem}"


def per_notebook(test):
    return pytest.mark.parametrize("path", BOTH, ids=label)(test)


def per_lesson(test):
    return pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)(test)


def cells(path, kind="code"):
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == kind]


def scores(path) -> dict[str, dict]:
    """Return the stored result of every check."""
    found = {}
    for cell in cells(path):
        if role(cell) and role(cell)[0] == "check":
            (output,) = cell.outputs
            found[role(cell)[1]] = output.data[MIME]
    return found


@per_lesson
def test_nbval_finds_the_stored_outputs_again(source, tmp_path):
    """The student notebook runs whole; of the solved one what an answer reaches, the rest is equal.

    That part comes second in the same kernel, which has forgotten every name and torch's chance: a
    kernel and its libraries take ten seconds to load.
    """
    solved, student = (nbformat.read(target(source, name), 4) for name in ("solved", "student"))
    part = flow.reached(solved, student)
    for cell in part:
        cell.id = f"solved-{cell.id}"
    anew = "import matplotlib, torch; torch.manual_seed(67280421310721); matplotlib.rcdefaults()"
    between = [
        f"%cd -q {target(source, 'student').parent}",
        f"{anew}\n%reset -f\n%cd -q {tmp_path}",
    ]
    first, second = map(nbformat.v4.new_code_cell, between)
    student.cells = [first, *student.cells, second, *part]
    path = tmp_path / f"{source.stem}.ipynb"
    nbformat.write(student, path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "nbval_rules"]
    command += ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={HANGS}"]
    command += [str(path)]
    env = os.environ | ENVIRONMENT | {"GRAPHREC_STATE": str(tmp_path)}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests" / "lessons"), str(ROOT)])
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=HANGS)
    assert done.returncode == 0, done.stdout[-4000:]


@per_lesson
def test_what_no_answer_reaches_is_stored_alike_in_both_notebooks(source):
    solved, student = (nbformat.read(target(source, name), 4) for name in ("solved", "student"))
    own = {cell.id for cell in flow.reached(solved, student)}
    twins = {cell.id: cell for cell in student.cells}
    for cell in solved.cells:
        if cell.cell_type == "code" and cell.id not in own and not _varies(cell):
            assert cell.outputs == twins[cell.id].outputs, cell.source
            assert cell.execution_count == twins[cell.id].execution_count


def _varies(cell) -> bool:
    return "timing" in cell.metadata.get("tags", [])


@per_lesson
def test_the_solved_notebook_has_full_points(source):
    for name, result in scores(target(source, "solved")).items():
        assert result["points"] == exercises.get(name).points, name


@per_notebook
def test_a_stored_card_says_the_claims_of_today(path):
    """A claim that was added while a notebook was built leaves a card that lacks it."""
    for name, result in scores(path).items():
        told = [row[0] for row in result["rows"]]
        missing = [c.sentence for c in exercises.get(name).claims if c.sentence not in told]
        assert not missing, name


@per_lesson
def test_the_student_notebook_has_no_points_and_no_traceback(source):
    path = target(source, "student")
    assert {r["points"] for r in scores(path).values()} == {0}
    assert not [o for c in cells(path) for o in c.outputs if o.output_type == "error"]


@per_notebook
def test_nothing_is_stored_that_belongs_to_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert '"name": "stderr"' not in text
    assert str(ROOT) not in text
    assert not re.search(r"ipykernel_\d+|0x[0-9a-f]{8,}", text)


@per_notebook
def test_the_file_is_what_jupyter_writes(path):
    """So that a lesson which was opened and saved is not a change for git; a browser test saves some."""
    text = path.read_text(encoding="utf-8")
    floats: list[str] = []
    book = json.loads(text, parse_float=floats.append)
    assert [
        x for x in floats if x.endswith(".0") or "e" in x.lower()
    ] == []  # JavaScript writes 2, not 2.0
    assert book["metadata"]["kernelspec"] == around.AS_JUPYTER_WRITES["kernelspec"]
    assert set(book["metadata"]["language_info"]) == set(around.AS_JUPYTER_WRITES["language_info"])
    for cell in book["cells"]:  # JupyterLab says twice that an output is folded
        folded = cell["metadata"].get("jupyter", {}).get("outputs_hidden")
        assert cell["metadata"].get("collapsed") == folded, cell["id"]
    again = json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False)
    assert text == again + "\n"


@per_lesson
def test_what_is_folded_does_not_tell_its_first_line(source):
    """JupyterLab shows that line: a verdict, a share, a description of the picture."""
    solved, student = (nbformat.read(target(source, name), 4) for name in ("solved", "student"))
    before = copy.deepcopy(student)
    predictions.veil(student, solved)
    assert student == before, f"run: python3 -m graphrec_utils build --changed {source.name[:2]}"


def unguarded(code: str) -> list[int]:
    """Return the lines at which a data set is loaded that nothing replaces where its files are not here."""

    def walk(node, guarded=False):
        for child in ast.iter_child_nodes(node):
            names = ast.unparse(child.func) if isinstance(child, ast.Call) else ""
            if names == "datasets.load" and not guarded:
                told = {k.arg: ast.unparse(k.value) for k in child.keywords}
                if told.get("fallback") != "True":
                    yield child.lineno
            caught = (
                isinstance(node, ast.Try)
                and child in node.body
                and any(
                    x.type is not None and "Unavailable" in ast.unparse(x.type)
                    for x in node.handlers
                )
            )
            yield from walk(child, guarded or caught)

    plain = re.sub(
        r"^(\s*)[!%].*", r"\1pass", code, flags=re.M
    )  # what a notebook alone understands
    return list(walk(ast.parse(plain)))


@per_lesson
def test_a_lesson_runs_with_an_empty_data_folder(source):
    """A set that is not here is replaced by PinWorld, or its absence is caught and told."""
    code = [c.source for c in notebooks(source)["solved"].cells if c.cell_type == "code"]
    assert not [x for x in code if unguarded(x)]


def test_a_set_that_nothing_replaces_is_found():
    caught = "try:\n    {}\nexcept datasets.Unavailable:\n    pass"
    assert unguarded('x = datasets.load("gowalla")') == [1]
    assert unguarded('x = datasets.load("gowalla", fallback=False).csr()') == [1]
    assert not unguarded('x = datasets.load("gowalla", fallback=True)')
    assert not unguarded(caught.format('x = datasets.load("gowalla")'))
    assert unguarded(caught.format("pass") + '\ndatasets.load("gowalla")') == [5]


@per_notebook
def test_a_lesson_ends_with_its_progress_as_it_counts_today(path, monkeypatch, tmp_path):
    """An exercise that moves into a branch leaves the points of the core, in this cell as well."""
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    last = cells(path)[-1]
    assert last.source.endswith(f'progress("{path.name[:2]}")')
    (output,) = last.outputs
    assert "○" in output.data["text/plain"]
    assert output.data["text/plain"] == repr(exercises.progress(path.name[:2]))


@per_notebook
def test_every_picture_is_followed_by_a_caption(path):
    """A figure's caption describes it: it is what a screen reader has instead of the figure."""
    notebook = nbformat.read(path, 4)
    for cell, after in zip(notebook.cells, notebook.cells[1:], strict=False):
        shown = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        if shown:
            caption = after.source if after.cell_type == "markdown" else ""
            assert re.match(r"\*Figure \d+\.\d+\. ", caption), cell.source
            assert len(caption.split("*")[1].split()) >= 12, caption


@per_lesson
def test_figures_are_numbered_in_order_and_a_text_names_those_that_are(source):
    """Who puts one in shifts the others, and what is said of them."""
    text, lesson = source.read_text("utf-8"), int(source.name[:2])
    numbers = [int(k) for k in re.findall(rf"^# \*Figure {lesson}\.(\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {int(k) for k in re.findall(rf"[Ff]igures? {lesson}\.(\d+)", text)} == set(numbers)


@per_lesson
def test_a_lesson_has_the_parts_every_lesson_has(source):
    found = notebooks(source)["student"].cells
    prose = [c.source for c in found if c.cell_type == "markdown"]
    text, first = "\n".join(prose), prose[0]
    assert re.match(rf"# {source.name[:2]} · ", first)
    for words in ("**You will**", "**Time**"):
        assert words in first
    for heading in ("Take away", "Quiz"):
        assert f"## {heading}" in text
    assert "**Further reading.**" in text
    assert len(re.findall(r"^\*\*\d\d\.q\d+\*\* ", text, re.MULTILINE)) >= 5
    assert sum(bool(predictions.named(c, "predict")) for c in found) >= 5
    number = source.name[:2]
    assert (f'remember("{number}")' in [c.source for c in found]) == (number > "00")


@per_lesson
def test_cells_are_short(source):
    """House rule: at most 30 lines, half of the cells at most 8 (without docstrings)."""
    sizes = []
    for cell in cells(target(source, "solved"))[1:]:
        code = re.sub(r'"""(.|\n)*?"""', "", cell.source)
        lines = [x for x in code.splitlines() if x.strip() and not x.strip().startswith("#")]
        sizes.append(len(lines))
        assert len(lines) <= 30, cell.source
    assert sorted(sizes)[len(sizes) // 2] <= 8


@per_lesson
def test_the_time_at_the_top_holds_the_exercises_and_the_reading(source):
    prose = "\n".join(c.source for c in cells(target(source, "solved"), "markdown"))
    asked = sum(map(int, re.findall(r"\*About (\d+) minutes", prose)))
    (lesson,) = (x for x in syllabus.LESSONS if x.number == source.name[:2])
    told = {30: "**In half an hour:**", 60: "**In an hour:**"}[lesson.core]
    assert (
        prose.count(told) == 1 and f"**Time** {lesson.minutes} minutes with all branches" in prose
    )
    assert lesson.minutes >= 0.95 * (asked + anatomy.measure(target(source, "solved"))["minutes"])


@per_lesson
def test_letters_of_figures_are_9_pixels_high_or_more(source):
    """At 110 points an inch, in a column of 860 pixels; names of sizes ("small") are larger."""
    for cell in notebooks(source)["student"].cells:
        if "plt." in cell.source and cell.cell_type != "markdown":
            wide = max(map(float, re.findall(r"figsize=\(([0-9.]+)", cell.source)), default=6)
            shrunk = min(1, 860 / (110 * wide))
            for size in re.findall(r"\b(?:font|label)?size=([0-9.]+)", cell.source):
                assert float(size) * 110 / 72 * shrunk >= 9, cell.source
            assert "x-small" not in cell.source


@per_lesson
def test_words_that_talk_down_are_not_used(source):
    prose = "\n".join(c.source for c in cells(target(source, "student"), "markdown"))
    found = re.findall(r"\b(obviously|simply|trivially|of course|clearly)\b", prose, re.I)
    assert not found


@per_notebook
def test_a_lesson_opens_with_what_it_would_ask_a_newcomer_today_and_asks_of_cores_alone(
    path, monkeypatch, tmp_path
):
    """The questions are drawn when a lesson is built; a question that moves into a branch has to leave them."""
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    number = path.name[:2]
    stored = [c for c in cells(path) if f'remember("{number}")' in c.source]
    printed = "".join(o.data["text/plain"] for c in stored for o in c.outputs)
    shown = set(re.findall(r"^\W*(\d\d\.q\d+)", printed, re.MULTILINE))
    asked = {guess.question.id for guess in remember(number).guesses}
    assert shown == asked
    assert not any(questions.get(name).branch for name in shown)
