"""A file is replaced whole or not at all, and one function does it."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from graphrec_utils import paths


def test_the_new_version_takes_the_name(tmp_path):
    file = tmp_path / "a.json"
    for text in ("first", "second"):
        with paths.replacing(file) as part:
            assert part.parent == tmp_path
            part.write_text(text)
            assert text == "first" or file.read_text() == "first"  # until the block ends
        assert file.read_text() == text
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_keeps_the_old_version_and_leaves_nothing(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("old")
    with pytest.raises(KeyboardInterrupt), paths.replacing(file) as part:
        part.write_text("half")
        raise KeyboardInterrupt
    with pytest.raises(FileNotFoundError), paths.replacing(file):
        pass  # nothing was written
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_that_cannot_be_taken_is_an_error_and_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError), paths.replacing(tmp_path / "folder") as part:
        part.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_two_writers_do_not_share_their_unfinished_file(tmp_path):
    file = tmp_path / "a.json"
    with paths.replacing(file) as one, paths.replacing(file) as other:
        one.write_text("one")
        other.write_text("other")
    assert file.read_text() == "one"  # the outer block ended last


def test_a_killed_writer_leaves_the_old_version(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("old")
    program = (
        "import os, sys; from graphrec_utils import paths\n"
        "with paths.replacing(sys.argv[1]) as part:\n"
        "    part.write_text('half'); os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, file], cwd=paths.PACKAGE.parent)
    assert done.returncode == 9
    assert file.read_text() == "old"


def test_a_text_is_written_with_its_folders_and_line_ends(tmp_path):
    file = tmp_path / "new" / "folder" / "a.csv"
    paths.write(file, "Ü,1\r\n2\n\ud800")
    assert file.read_bytes() == "Ü,1\r\n2\n?".encode()
    paths.write(file, "")
    assert (file.read_bytes(), list(file.parent.iterdir())) == (b"", [file])


def test_nobody_else_renames_a_file_that_it_wrote():
    """Moving a file is something else: damaged files are put aside."""
    may = {"paths.py", "datasets/registry.py", "exercises/memory.py"}
    found = set()
    for module in paths.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name, given = node.func.attr, len(node.args) + len(node.keywords)
            of_os = isinstance(node.func.value, ast.Name) and node.func.value.id == "os"
            # `Path.replace` has one argument, that of a text two
            if name in ("mkstemp", "rename") or (name == "replace" and (of_os or given == 1)):
                found.add(module.relative_to(paths.PACKAGE).as_posix())
    assert found <= may, f"use paths.replacing in {sorted(found - may)}"


def test_nobody_else_writes_the_text_of_a_replaced_file():
    """A block of `replacing` that only writes a text is `paths.write`."""
    found = set()
    for module in paths.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.With) and "replacing" in ast.unparse(node.items[0]):
                (first, *more) = node.body
                if not more and ".write_text(" in ast.unparse(first):
                    found.add(module.relative_to(paths.PACKAGE).as_posix())
    assert found == {"cli/setup/bootstrap.py"}  # the set-up stays as it is
