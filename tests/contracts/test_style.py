"""Ruff, the notebooks' freshness, and what must not be in any committed file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphrec_utils import paths

ROOT = paths.PACKAGE.parent
FOLDERS = ("graphrec_utils", "solutions", "tests")
RUFF = "run: ruff check --fix . && ruff format ."
WRITTEN = (".py", ".js", ".css", ".html", ".md", ".toml", ".yml", ".txt", ".j2")


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files that git knows, relative to the root."""
    try:
        done = run("git", "ls-files", "-z")
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode:
        pytest.skip("not a git clone")
    return [Path(x) for x in done.stdout.split("\0") if x and (ROOT / x).is_file()]


@pytest.fixture(scope="module")
def code(tracked) -> list[str]:
    """Python files and notebooks; of the course's folders also those that wait for `git add`."""
    done = run("git", "ls-files", "-z", "--others", "--exclude-standard", "--", *FOLDERS)
    files = [*tracked, *map(Path, filter(None, done.stdout.split("\0")))]
    files = [str(path) for path in files if path.suffix in (".py", ".ipynb")]
    assert files
    return files


@pytest.fixture(scope="module")
def texts(tracked) -> dict[Path, str]:
    """Path -> content of every tracked text file."""
    found = {}
    for path in tracked:
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            found[path] = content.decode("utf-8")
    return found


def test_ruff_finds_nothing_to_complain_about(code):
    pytest.importorskip("ruff")
    done = run(sys.executable, "-m", "ruff", "check", "--no-cache", *code)
    assert done.returncode == 0, f"{done.stdout}\n{RUFF}"


def test_every_file_is_formatted(code):
    pytest.importorskip("ruff")
    done = run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache", *code)
    assert done.returncode == 0, f"{done.stdout}\n{RUFF}"


def test_the_notebooks_are_built_from_their_sources():
    pytest.importorskip("jupytext")
    done = run(sys.executable, "-m", "graphrec_utils", "build", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_names_a_folder_of_one_machine(texts):
    """Torture notebooks may: they are what broken submissions look like."""
    pattern = re.compile(r"(?<![A-Za-z0-9_.])/(?:tmp|work|root|home|Users)/[A-Za-z]")
    guilty = {
        f"{path}: {found[0]}"
        for path, text in texts.items()
        if path.parts[:2] != ("tests", "torture") and (found := pattern.search(text))
    }
    assert guilty == set()


def test_no_file_names_a_package_registry(texts):
    """pip, npm and apt know their registries; a mirror must be able to take their place."""
    hosts = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org")
    guilty = {f"{path}: {host}" for path, text in texts.items() for host in hosts if host in text}
    assert guilty == set()


def test_texts_stand_alone(texts):
    """No text points to a document, or to a numbered list in one, that a reader does not have."""
    words = ("METHO" + "DS", "DESI" + "GN", "REVI" + "EW")
    outside = re.compile(rf"\b({'|'.join(words)})\b(?! =)|# W\d\d\b")
    assert found(outside, texts) == set()


def test_the_spelling_is_american(texts):
    stems = ("neighbo{}r", "colo{}r", "behavio{}r", "favo{}r", "labo{}r")
    british = [stem.format("u") for stem in stems]
    british += [
        "catalog" + "ue",
        "licen" + "ce",
        "label" + "led",
        "normali" + "sation",
        "gr" + r"ey(?!s\b)",  # Matplotlib has a color map Greys
    ]
    pattern = re.compile(rf"\b(re)?({'|'.join(british)})", re.IGNORECASE)
    assert found(pattern, texts) == set()


def found(pattern: re.Pattern, texts: dict[Path, str]) -> set[str]:
    """Return "path: word" for what people wrote; notebooks are built from it, the rest is data."""
    written = {path: text for path, text in texts.items() if path.suffix in WRITTEN}
    return {f"{path}: {m[0]}" for path, text in written.items() for m in pattern.finditer(text)}


def test_files_are_small_enough_to_be_read_and_cloned(tracked):
    large = {str(p): (ROOT / p).stat().st_size for p in tracked if p.parts[0] != "data"}
    assert {name: size for name, size in large.items() if size > 900_000} == {}


def test_every_text_ends_with_one_newline_and_has_unix_line_ends(texts):
    for path, text in texts.items():
        assert "\r" not in text, path
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), path


def test_no_two_files_of_tests_have_one_name():
    """Of two, pytest collects one and calls the other an error; a folder with an `__init__.py` is part of the name."""
    there = (ROOT / "tests").rglob("test_*.py")
    names = [
        f"{path.parent.name}." * path.with_name("__init__.py").exists() + path.name
        for path in there
    ]
    assert sorted(names) == sorted(set(names))
