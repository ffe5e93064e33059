"""Make or repair a virtual environment: room, Python, pip, and the package on its path.

Standard library only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys

from graphrec_utils.cli.setup import environment, installer
from graphrec_utils.cli.setup.environment import CannotRun


@contextlib.contextmanager
def alone(path):
    """Hold a lock while an environment is filled: two pips at a time would spoil it.

    The system frees the lock when the process ends, however it ends.

    Raises:
        CannotRun: another process holds it.
    """
    path.parent.mkdir(exist_ok=True)
    with open(path, "w") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            raise CannotRun(
                "another set-up of this course is running. Wait for it and run this again"
            ) from None
        except OSError:
            pass  # a network drive without locks: go on as if alone
        yield


def _lock(file):
    if os.name == "posix":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)


def check_room(folder, needed):
    """Raise CannotRun if `folder` cannot be made, or not be filled with `needed` bytes."""
    if folder.exists() and not folder.is_dir():
        raise CannotRun(f"{folder} is in the way: it is a file. Rename it and run this again")
    site = environment.site_packages(folder)
    complete = site is not None and environment.version("torch", site)
    free = shutil.disk_usage(folder.parent).free
    if free < needed and not complete:
        raise CannotRun(
            f"the disk of {folder.parent} has {free / 1e9:.1f} GB left and the course needs about "
            f"{needed / 1e9:.0f} GB. Free some space and run the same command again"
        )


def make(folder):
    """Return the environment's Python and its version "3.11", after making or repairing both."""
    python = environment.python(folder)
    version = _ask(python, "import sys; print('%d.%d' % sys.version_info[:2])")
    if version is None:
        _need_modules()
        print("  making the environment", flush=True)
        # --clear only what is a virtual environment: never delete a folder that is something else
        clear = ["--clear"] if (folder / "pyvenv.cfg").exists() else []
        _run([sys.executable, "-m", "venv", *clear, folder])
        version = "{}.{}".format(*sys.version_info[:2])
    elif tuple(map(int, version.split("."))) < (3, 11):
        raise CannotRun(f"{folder} has Python {version}, the course needs 3.11. Rename that folder")
    if _ask(python, "import pip") is None:
        _need_modules()
        _run([python, "-m", "ensurepip", "--upgrade", "--default-pip"])
    return python, version


def _need_modules():
    """Raise CannotRun if this Python cannot make virtual environments; Debian's comes so."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    fix = f"`sudo apt install {package}`" if shutil.which("apt") else "install it from python.org"
    raise CannotRun(
        f"the Python {sys.executable} comes without venv and ensurepip: {fix}, then run the same "
        "command again"
    )


def _ask(python, code):
    """Return what a line of Python prints in another interpreter, or None if it fails."""
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _run(command):
    done = subprocess.run(
        [str(x) for x in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise CannotRun(f"the environment cannot be made: {installer.explain(done.stdout)}")


def compile_all(python, site):
    """Compile what an environment holds, on all cores; pip would take one. Packages' tests stay as they are."""
    print("  compiling it", flush=True)
    tests = r"site-packages[\\/].*[\\/]tests[\\/]"
    subprocess.run(
        [str(python), "-m", "compileall", "-qq", "-j", "0", "-x", tests, str(site)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # what cannot be compiled, a template perhaps, is not imported either


def link(site, root):
    """Let every program of the environment import the package, from any working directory.

    The line is relative: plain ASCII, whatever the folder above the clone is called.
    """
    line = os.path.relpath(root.resolve(), site.resolve())
    (site / "graphrec_course.pth").write_text(line + "\n", "utf-8")


def no_news(folder):
    """Keep the environment's JupyterLab from asking, over a lesson, whether it may fetch news."""
    settings = folder / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    notification = {"fetchNews": "false", "checkForUpdates": False}
    name = "@jupyterlab/apputils-extension:notification"
    (settings / "overrides.json").write_text(json.dumps({name: notification}), "utf-8")
