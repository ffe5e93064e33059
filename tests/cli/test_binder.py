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
from packaging.requirements import Requirement
from packaging.version import Version

from graphrec_utils import kernels, paths
from graphrec_utils.cli.setup import bootstrap

ROOT = paths.root()
BINDER = ROOT / ".binder"


def lines(path) -> list[str]:
    found = [line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    return [line for line in found if line]


def parsed(path) -> dict[str, Requirement]:
    return {r.name: r for r in map(Requirement, (x for x in lines(path) if x[0] != "-"))}


def test_binder_installs_what_requirements_txt_says():
    binder, ours = parsed(BINDER / "requirements.txt"), parsed(ROOT / "requirements.txt")
    assert list(binder) == list(ours)
    for name in set(ours) - {"torch"}:
        assert binder[name].specifier == ours[name].specifier, name


def test_torch_is_pinned_to_the_tested_release_from_the_cpu_index():
    """Without a pin a newer release of the other index, with CUDA, would win."""
    (pinned,) = [x for x in lines(ROOT / "constraints.txt") if x.startswith("torch==")]
    version = Version(pinned.partition("==")[2])
    torch = parsed(BINDER / "requirements.txt")["torch"]
    assert str(torch.specifier) == f"=={version.major}.{version.minor}.*"
    assert torch.specifier.contains(version)
    options = [x for x in lines(BINDER / "requirements.txt") if x.startswith("-")]
    assert options == [f"--extra-index-url {bootstrap.TORCH_INDEX}"]


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
