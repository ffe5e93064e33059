"""Every stored result says which command made it, the table of experiments says it too, and the command is there."""

from __future__ import annotations

import ast
import json
import re

import pytest

from graphrec_utils import paths
from tests.contracts.test_architecture import circles, imports

FOLDER = paths.root() / "solutions" / "experiments"
RESULTS = sorted((paths.root() / "data" / "results").glob("*.json"))
ROW = re.compile(r"^\| (\w+) \| `([^`]+)` \| (\d+) (s|min) \| ([^|]*)\|$", re.MULTILINE)
ROWS = {row[1]: row for row in ROW.finditer((FOLDER / "README.md").read_text("utf-8"))}


def test_the_table_has_a_row_for_every_result_and_no_other():
    assert list(ROWS) == [file.stem for file in RESULTS]


@pytest.mark.parametrize("file", RESULTS, ids=lambda file: file.stem)
def test_a_row_says_the_command_and_the_time_that_the_result_stores(file):
    stored = json.loads(file.read_text("utf-8"))
    _, command, took, unit, uses = ROWS[file.stem].groups()
    assert command == stored["command"]
    assert int(took) == round(stored["seconds"] / (60 if unit == "min" else 1))
    module = re.search(r"-m ([\w.]+)", command)[1]
    for name in [module, *re.findall(r"`([\w.]+)`", uses)]:
        places = (paths.root() / name.replace(".", "/"), FOLDER / name.replace(".", "/"))
        assert any(x.with_suffix(".py").exists() or x.is_dir() for x in places), name


def test_every_experiment_made_a_result_or_is_part_of_one():
    files = {path: path.read_text("utf-8") for path in FOLDER.rglob("*.py")}
    asked = {row[2] for row in ROWS.values()}
    beside = "".join(row[5] for row in ROWS.values())
    tests = "".join(p.read_text("utf-8") for p in (paths.root() / "tests").rglob("*.py"))
    for path, text in files.items():
        name = ".".join(path.relative_to(paths.root()).with_suffix("").parts)
        if path.stem in ("__init__", "__main__"):  # a folder that is a command
            name = name.rpartition(".")[0]
        others = "".join(other for file, other in files.items() if file != path)
        used = re.search(
            rf"{re.escape(name.rpartition('.')[0])}(\.| import \(?[\w\s,]*\b){name.rpartition('.')[2]}\b",
            others + tests,
        )
        told = f"`{path.parent.name}.{path.stem}`" in beside  # adds its part to a result
        assert any(f"-m {name}" in f"{command} " for command in asked) or used or told, name
        assert text.startswith('"""'), (
            f"{name}: the first lines say what is measured, and the command"
        )


def test_no_experiments_import_each_other_in_a_circle():
    """An import inside a function hides a circle, it does not cut it."""
    top = paths.root()
    files = {".".join(x.relative_to(top).with_suffix("").parts): x for x in FOLDER.rglob("*.py")}
    after = {name: set() for name in files}
    for name, file in files.items():
        for there in imports(ast.parse(file.read_text("utf-8"))):
            while there and there not in files:  # a name out of a module
                there = there.rpartition(".")[0]
            after[name] |= {there} - {"", name}
    assert sum(map(len, after.values())) > 30, "the imports are not found at all"
    assert circles(after) == []
