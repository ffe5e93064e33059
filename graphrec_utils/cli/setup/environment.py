"""What the course needs, and what of it an environment has, read without importing anything.

Standard library only. The only sources are requirements.txt and the extras `dev` and `site` of
pyproject.toml.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import metadata
from pathlib import Path

from graphrec_utils import paths

KINDS = ("lab", "test")  # to read and run lessons · to build and test them as well
COLAB_NEEDS_NOT = ("jupyterlab", "nbval")  # it has its own front end and runs no tests
# Of a process that computes beside others, or whose numbers may not depend on the machine.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


class CannotRun(Exception):
    """A command cannot do its work; the text is the one sentence that the user reads."""


def clone():
    """Return the course folder.

    Raises:
        CannotRun: the package was installed from a wheel, without lessons.
    """
    root = paths.root()
    if root is None:
        raise CannotRun("this command works in the course folder only: clone the repository first")
    return root


def requirements(kind="lab"):
    """Return the requirements of a kind as a dict: name -> version range ("" for any)."""
    lines = _course_lines()
    if kind == "test":
        lines += dev_lines()
    parsed = [re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[.*?\])?\s*([^;]*)", x) for x in lines]
    needed = {match[1]: match[2].replace(" ", "") for match in parsed}
    if place() == "Colab":
        needed = {name: span for name, span in needed.items() if name not in COLAB_NEEDS_NOT}
    return needed


def place():
    """Return where we run: "Colab", "Binder", "JupyterHub", or "" for a machine of one's own."""
    marks = {"COLAB_RELEASE_TAG": "Colab", "BINDER_SERVICE_HOST": "Binder"}
    marks["JUPYTERHUB_USER"] = "JupyterHub"  # last: Binder is a hub as well
    return next((name for mark, name in marks.items() if os.environ.get(mark)), "")


def dev_lines():
    """Return the requirement lines of the extras `dev` and `site`; needs a clone."""
    import tomllib  # here: Python 3.11 has it, and an older one must still parse this file

    project = tomllib.loads((paths.root() / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    return [*extras["dev"], *extras["site"]]


def _course_lines():
    if paths.root() is None:  # installed from a wheel: the wheel's own metadata
        try:
            lines = metadata.requires("graphrec-utils") or []
        except metadata.PackageNotFoundError:  # a bare copy of the folder knows no requirements
            lines = []
        return [line for line in lines if "extra ==" not in line]
    text = (paths.root() / "requirements.txt").read_text("utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("-")]


def version(name, site=None):
    """Return the installed version of a package, or None.

    Args:
        name: as in requirements.txt.
        site: a site-packages folder to look in; default: where this interpreter looks.
    """
    where = sys.path if site is None else [str(site)]
    found = next(iter(metadata.distributions(name=name, path=where)), None)
    return found.version if found else None


def satisfies(found, wanted):
    """Report whether a version is in a range of the kind `>=4.2,<5`.

    Only release numbers are compared, which is what requirements.txt uses: `2.13.0+cpu` counts as
    2.13.0. A range that this small grammar does not know is an error of ours, and raises.
    """
    have = _release(found)
    for clause in filter(None, wanted.split(",")):
        match = re.fullmatch(r"(>=|<=|==|!=|>|<)(\d+(?:\.\d+)*)", clause)
        if not match:
            raise ValueError(f"cannot read the version range {clause!r} in {wanted!r}")
        limit = _release(match[2])
        width = max(len(have), len(limit))
        a, b = (x + (0,) * (width - len(x)) for x in (have, limit))
        holds = {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b, "<": a < b}
        if not holds[match[1]]:
            return False
    return True


def _release(text):
    digits = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(x) for x in digits[0].split(".")) if digits else (0,)


def missing(kind="lab", site=None):
    """Return what an environment lacks for a kind, readable: ["torch", "pandas>=2.2 (has 1.5.3)"]."""
    lacks = []
    for name, wanted in requirements(kind).items():
        found = version(name, site)
        if found is None:
            lacks.append(name)
        elif not satisfies(found, wanted):
            lacks.append(f"{name}{wanted} (has {found})")
    return lacks


def venv():
    """Return the folder of the course's own environment, `.venv` in the clone."""
    return paths.root() / ".venv"


def python(folder):
    """Return the path that the Python of a virtual environment has, whether it exists or not."""
    inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return Path(folder) / inside


def site_packages(folder):
    """Return the site-packages folder of a virtual environment, or None if it has none."""
    pattern = "Lib/site-packages" if sys.platform == "win32" else "lib/python3*/site-packages"
    found = sorted(Path(folder).glob(pattern), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def inside(folder):
    """Report whether this interpreter is the one of the given virtual environment."""
    return Path(sys.prefix).resolve() == Path(folder).resolve()
