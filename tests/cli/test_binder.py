"""What Binder reads: its packages are the course's, torch comes without CUDA, Python is 3.12."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

from graphrec_utils import kernels, paths
from graphrec_utils.cli.setup import lock

ROOT = paths.root()
BINDER = ROOT / ".binder"


def test_binder_installs_what_the_lock_says():
    """Torch by its exact version: a newer one of the other index, with CUDA, would win."""
    text = (BINDER / "requirements.txt").read_text("utf-8")
    assert text == lock.binder(), "python3 -m graphrec_utils.cli.setup.lock writes it"
    assert f"\n--extra-index-url {lock.TORCH_INDEX}\n" in text
    assert f"\n{lock.pin('torch')}\n" in text


def test_there_is_one_folder_for_binder():
    """With binder/ and .binder/ both there, Binder refuses."""
    assert not (ROOT / "binder").exists()
    assert (BINDER / "runtime.txt").read_text("utf-8").strip() == "python-3.12"


@pytest.mark.skipif(os.name != "posix", reason="Binder runs on Linux")
@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_programs(name):
    assert os.access(BINDER / name, os.X_OK)
    assert subprocess.run(["bash", "-n", BINDER / name]).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="Binder runs on Linux")
def test_a_visitor_gets_one_thread():
    show = 'import os; print(*(os.environ[x + "_NUM_THREADS"] for x in ("OMP", "MKL", "NUMBA")))'
    command = [BINDER / "start", sys.executable, "-c", show]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.split() == ["1", "1", "1"], done.stderr


def test_the_package_is_installed_alone():
    """With its dependencies, pip would look for newer ones at every commit."""
    assert "pip install --no-deps" in (BINDER / "postBuild").read_text("utf-8")


@pytest.mark.full
@pytest.mark.skipif(os.name != "posix", reason="Binder runs on Linux")
def test_every_kernel_is_compiled_ahead(tmp_path):
    """The tests that postBuild runs, with an empty cache, leave machine code of each function."""
    (line,) = re.findall(r"(python -m pytest .*) \|\|", (BINDER / "postBuild").read_text("utf-8"))
    settings = {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    found_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-c", line],
        cwd=ROOT,
        env=os.environ | settings | {"PATH": found_first},
        check=True,
    )
    compiled = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    wanted = set()
    for module in pkgutil.iter_modules(kernels.__path__):
        functions = vars(importlib.import_module(f"{kernels.__name__}.{module.name}")).values()
        own = [
            f for f in functions if isinstance(f, Dispatcher) and f.__module__.endswith(module.name)
        ]
        wanted |= {f"{module.name}.{f.__name__}" for f in own if f._cache.cache_path}
    assert len(wanted) > 30
    assert wanted - compiled == set()
