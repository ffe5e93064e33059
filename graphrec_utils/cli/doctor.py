"""The command `doctor`: what the course needs, what is here, and how to get what is missing.

Standard library only, so that it runs exactly where something is missing. It looks at the
environment that `lab` would use: this interpreter if it has the packages, else `.venv`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graphrec_utils import paths
from graphrec_utils.cli.setup import bootstrap, environment

PROGRAM = "python3 -m graphrec_utils"
INSTALL = f"`{PROGRAM} lab` installs it"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KEEP = "save what you want to keep: `progress --export FILE`, and download it and your notebooks"
PLACES = {
    "": "this machine",
    "Colab": f"Google Colab, which forgets this machine; {KEEP}",
    "Binder": f"Binder, which ends after ten idle minutes; {KEEP}",
    "JupyterHub": "a JupyterHub; your home folder is kept",
}
ROOM = 5e8  # bytes that lessons and their data need besides the packages

# Import every module named on the command line; report the error of each that fails.
TRY_IMPORTS = """
import importlib, json, sys
errors = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        errors[name] = f"{type(error).__name__}: {error}".splitlines()[0]
print(json.dumps(errors))
"""


class Finding(NamedTuple):
    """One line of the report; an empty `fix` means that nothing has to be done."""

    good: bool
    what: str  # the requirement
    found: str
    fix: str = ""
    required: bool = True

    def __str__(self) -> str:
        mark = "✓" if self.good else "✗"
        optional = "" if self.good or self.required else " (optional)"
        fix = "" if self.good else f" → {self.fix}"
        return f"{mark} {self.what}{optional}: {self.found}{fix}"


def main(argv: list[str]) -> int:
    """Print one line per requirement; 1 if something required is missing, else 0."""
    argparse.ArgumentParser(
        usage=f"{PROGRAM} doctor",
        description="Say what the course needs, what of it is here, and how to get the rest.",
        epilog=f"example: {PROGRAM} doctor",
    ).parse_args(argv)
    broken = []
    for finding in findings():
        print(finding, flush=True)
        if finding.required and not finding.good:
            broken.append(finding.what)
    print(f"{len(broken)} to repair, marked ✗." if broken else "All that is required is here.")
    return 1 if broken else 0


def findings() -> Iterator[Finding]:
    """Yield the lines of the report, top to bottom."""
    python, prefix, site = used()
    yield Finding(True, "place", f"{PLACES[environment.place()]}{_kind_of_environment(prefix)}")
    yield Finding(True, "Python", f"{sys.version.split()[0]}; packages are looked for in {prefix}")
    yield from packages(python, prefix, site)
    yield kernel(python, prefix)
    yield git()
    yield writable(paths.root() or Path.cwd())
    yield room(paths.root() or Path.cwd())
    yield threads()
    yield downloads()
    if not environment.place():
        yield browser()


def _kind_of_environment(prefix: Path) -> str:
    """Return what kind of environment the packages are in, as the end of a sentence."""
    if paths.root() and prefix.resolve() == environment.venv().resolve():
        return ", in the course's own environment"
    if (prefix / "conda-meta").is_dir():
        return ", in a conda environment"
    if (prefix / "pyvenv.cfg").exists():
        return ", in a virtual environment of yours"
    return ", in the Python of the system"


def used() -> tuple[str, Path, Path | None]:
    """Return what `lab` would use: the Python, its prefix, its site-packages (None: this path)."""
    here = sys.executable, Path(sys.prefix), None
    if paths.root() is None or not environment.missing():
        return here
    folder = environment.venv()
    python, site = environment.python(folder), environment.site_packages(folder)
    if site is None or not python.exists() or environment.inside(folder):
        return here
    return str(python), folder, site


def packages(python: str, prefix: Path, site: Path | None) -> Iterator[Finding]:
    """Yield a line per requirement: installed, in the range, and importable."""
    wanted = environment.requirements()
    found = {name: environment.version(name, site) for name in wanted}
    errors = import_errors(python, [name for name in wanted if found[name]])
    for name, span in wanted.items():
        what, version = f"{name}{span}", found[name]
        install = INSTALL if paths.root() else f'"{python}" -m pip install "{what}"'
        if version is None:
            yield Finding(False, what, f"not in {prefix}", install)
        elif not environment.satisfies(version, span):
            yield Finding(False, what, f"{version} in {prefix}", install)
        elif name in errors:
            again = f'"{python}" -m pip install --force-reinstall "{what}"'
            yield Finding(False, what, f"{version} cannot be imported ({errors[name]})", again)
        else:
            yield Finding(True, what, version)


def import_errors(python: str, names: list[str]) -> dict[str, str]:
    """Return the packages that are installed and yet cannot be imported, with the reason."""
    modules = {name.replace("-", "_"): name for name in names}
    if not modules:
        return {}
    command = [python, "-c", TRY_IMPORTS, *modules]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        errors = json.loads(done.stdout.splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        # the interpreter itself fell over: no package of it can be trusted
        return {name: f"{python}: {type(error).__name__}" for name in names}
    return {modules[module]: error for module, error in errors.items()}


def kernel(python: str, prefix: Path) -> Finding:
    """Look for the kernel that runs the notebooks."""
    spec = prefix / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    what = "Jupyter kernel python3"
    if spec.exists():
        return Finding(True, what, str(spec.parent))
    fix = f'"{python}" -m ipykernel install --sys-prefix'
    lacks_all = "jupyterlab" in environment.missing() and prefix == Path(sys.prefix)
    return Finding(False, what, f"none in {prefix}", INSTALL if lacks_all else fix)


def git() -> Finding:
    """Look for git; only `reset` and the style tests need it."""
    found = shutil.which("git")
    fix = "install it (git-scm.com); `reset` needs it"
    return Finding(bool(found), "git", found or "not found", fix, required=False)


def writable(folder: Path) -> Finding:
    """Try to write a file in the course folder: notebooks are saved there."""
    trial = folder / f".graphrec-doctor-{os.getpid()}"
    try:
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        fix = "copy the course to a folder of your own"
        return Finding(False, "course folder", f"cannot write in {folder} ({error.strerror})", fix)
    return Finding(True, "course folder", f"{folder} can be written")


def room(folder: Path) -> Finding:
    """Compare the free disk space with what is still to be installed and downloaded."""
    complete = not environment.missing() or (paths.root() is not None and bootstrap.ready("lab"))
    need = ROOM + (0 if complete else bootstrap.NEEDED)
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free, {need / 1e9:.1f} GB needed"
    return Finding(free >= need, "disk", found, "free some space")


def threads() -> Finding:
    """Say how many threads the numerical libraries may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    limit = os.environ.get("OMP_NUM_THREADS")
    good = limit is None or (limit.isdigit() and int(limit) > 0)
    found = f"{cores} cores, OMP_NUM_THREADS {'is not set' if limit is None else f'= {limit}'}"
    return Finding(good, "threads", found, "set OMP_NUM_THREADS to a number, or unset it")


def downloads() -> Finding:
    """Say where downloaded data are looked for; without any, lessons use the embedded PinWorld."""
    folder = paths.downloads()
    if folder is None:
        return Finding(True, "downloaded data", f"in {paths.cache()} (made when first needed)")
    found = f"GRAPHREC_DATA_DIR = {folder}" + ("" if folder.is_dir() else ", no such folder")
    fix = "make it or unset the variable; lessons then use PinWorld"
    return Finding(folder.is_dir(), "downloaded data", found, fix, required=False)


def browser() -> Finding:
    """Look for the browser of the browser tests."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    fix = "install Debian's package chromium, or Chrome; without it browser tests are skipped"
    return Finding(bool(found), "Chromium", found or "not found", fix, required=False)
