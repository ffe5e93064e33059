"""Ruff, the notebooks' freshness, and what must not be in any committed file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphrec_utils import paths

ROOT = paths.PACKAGE.parent


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
    files = [str(path) for path in tracked if path.suffix in (".py", ".ipynb")]
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
    assert done.returncode == 0, done.stdout


def test_every_file_is_formatted(code):
    pytest.importorskip("ruff")
    done = run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache", *code)
    assert done.returncode == 0, done.stdout


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


def test_files_are_small_enough_to_be_read_and_cloned(tracked):
    large = {str(p): (ROOT / p).stat().st_size for p in tracked if p.parts[0] != "data"}
    assert {name: size for name, size in large.items() if size > 900_000} == {}


def test_every_text_ends_with_one_newline_and_has_unix_line_ends(texts):
    for path, text in texts.items():
        assert "\r" not in text, path
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), path
