"""Environments of other tools, made once and kept in the cache folder.

The tool and what it needs is installed there, so that its versions cannot disturb ours; what it
does not bring (torch, above all) comes from the environment that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from graphrec_utils import paths


def python_with(requirement: str) -> Path:
    """Return the Python of an environment that has `requirement`; skip where it cannot be made."""
    version = "{}.{}".format(*sys.version_info[:2])
    name = requirement.translate(str.maketrans("=<>.*[]", "_______"))
    folder = paths.cache() / "contracts" / f"{name}-{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "complete"
    if done.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", requirement]
    tried = subprocess.run(install, capture_output=True, text=True, timeout=900)
    if tried.returncode:
        last = tried.stderr.strip().splitlines()[-1:] or ["pip failed"]
        pytest.skip(f"{requirement} cannot be installed here: {last[0]}")
    # only now: pip must not take our versions for the grader's
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site,) = folder.rglob("site-packages")
    (site / "course.pth").write_text("\n".join(sorted(ours)) + "\n", encoding="utf-8")
    done.touch()
    return python


def fresh(name: str, requirements: list[str], no_deps: list[str] = ()) -> Path:
    """Return the Python of an environment with these packages and no others; skip without.

    Args:
        name: of the environment, which is kept until the list changes.
        requirements: for pip.
        no_deps: what is installed afterwards, without what it asks for.
    """
    version = "{}.{}".format(*sys.version_info[:2])
    folder = paths.cache() / "contracts" / f"{name}-{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done, wanted = folder / "complete", "\n".join([*requirements, *no_deps])
    if done.exists() and done.read_text("utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    for options in (requirements, ["--no-deps", *no_deps] if no_deps else []):
        if options:
            command = [python, "-m", "pip", "install", "--quiet", *options]
            tried = subprocess.run(command, capture_output=True, text=True, timeout=1800)
            if tried.returncode:
                last = tried.stderr.strip().splitlines()[-1:] or ["pip failed"]
                pytest.skip(f"{name}: cannot be installed here: {last[0]}")
    done.write_text(wanted, "utf-8")
    return python


def run(
    python: Path,
    *arguments: object,
    cwd: Path,
    home: Path,
    timeout: float = 600,
    course: bool = True,
) -> str:
    """Run `python ...` as a user without settings of their own; return what it printed.

    Args:
        course: whether the course's package can be imported.

    Raises:
        AssertionError: it failed; with the end of its output.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(paths.root()) if course else "",
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "GRAPHREC_RECORD": "0",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    command = [str(python), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, f"{' '.join(command)}\n{output[-3000:]}"
    return output
