"""Give a command the packages it needs: here if they are here, else in `.venv`, made on demand.

Standard library only. `ensure(kind, arguments)` gives them, `ask(kind, arguments)` asks before. An environment that
has the packages (a virtual environment, conda, Binder, Colab, CI) is used as it is and nothing is made.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.cli.setup import environment, installer, lock, virtual
from graphrec_utils.cli.setup.environment import CannotRun

MARKER = "graphrec.json"  # in .venv: empty while it is made, what was installed once it is complete
YES = "--yes"
NEEDED = 2e9  # bytes on disk
NEEDED_CUDA = 8e9  # the same with PyTorch's CUDA build (6.1 GB were measured)


def ensure(kind, arguments):
    """Return when this interpreter has what `kind` needs; else continue in `.venv` instead.

    Args:
        kind: "lab" or "test", see `environment.KINDS`.
        arguments: the command line after `-m graphrec_utils`, to be run again in `.venv`.

    Raises:
        CannotRun: when the packages cannot be had; the text says what to do.
    """
    if paths.root() is None:
        lacks = environment.missing(kind)
        if lacks:
            raise CannotRun(f"packages are missing here: pip install {' '.join(lacks)}")
        return
    folder = environment.venv()
    inside = environment.inside(folder)
    if not inside and not environment.missing(kind):
        return
    if not ready(kind):
        set_up(kind)
    if not inside:
        run_instead([environment.python(folder), "-m", "graphrec_utils", *arguments])


def ask(kind, arguments):
    """Ask before `ensure` installs anything; nothing to install, or `--yes` among the arguments: ask nothing.

    Raises:
        CannotRun: the answer is no, or nobody can be asked.
    """
    folder = environment.venv() if paths.root() else None
    here = folder is None or (not environment.inside(folder) and not environment.missing(kind))
    if here or ready(kind) or YES in arguments:
        return
    lacks = environment.missing(kind, environment.site_packages(folder) or folder)
    some = ", ".join(lacks[:3]) + (f" and {len(lacks) - 3} more" if len(lacks) > 3 else "")
    what = f"{arguments[0]} has to install {some or 'packages anew'} into {folder}"
    if not sys.stdin or not sys.stdin.isatty():
        again = " ".join(["python3 -m graphrec_utils", *arguments, YES])
        raise CannotRun(f"{what}: if you agree, `{again}`")
    if input(f"{what}. Go on? y/N ").strip().lower() not in ("y", "yes"):
        raise CannotRun("nothing was installed")


def agreeing(parser):
    """Give a command that installs what is for authors only the option to say yes before it is asked."""
    parser.add_argument(YES, action="store_true", help="install what is missing without a question")


def ready(kind):
    """Report whether `.venv` is complete for a kind: marked so, and every package still there."""
    folder = environment.venv()
    site = environment.site_packages(folder)
    if site is None or not environment.python(folder).exists():
        return False
    marks = _read_marks()
    ours = marks is None or marks.get(kind) == digest(kind)  # None: somebody made it by hand
    return ours and not environment.missing(kind, site)


def digest(kind):
    """Return a fingerprint of everything that decides what is installed for a kind."""
    parts = [(paths.root() / name).read_bytes() for name in ("requirements.txt", "constraints.txt")]
    if kind == "test":
        parts.append("\n".join(environment.dev_lines()).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def set_up(kind):
    """Make, complete, update or repair `.venv` for a kind, with a line for every step.

    Raises:
        CannotRun: no room, no network, no permission, no venv module, Ctrl-C.
    """
    start = time.monotonic()
    folder = environment.venv()
    print(_opening(folder), flush=True)
    try:
        with virtual.alone(paths.root() / ".graphrec" / "set-up.lock"):
            _fill(folder, kind)
    except OSError as error:
        raise CannotRun(f"{installer.explain(str(error))} ({error})") from None
    importlib.invalidate_caches()
    print(f"  ready after {time.monotonic() - start:.0f} s", flush=True)


def _fill(folder, kind):
    """Make or repair the environment, install, and mark it as complete."""
    virtual.check_room(folder, NEEDED)
    folder.mkdir(exist_ok=True)
    _write_marks({})
    python, version = virtual.make(folder)
    _write_marks({})  # again: making it anew has emptied the folder
    _install(kind, folder, python, version)
    site = environment.site_packages(folder)
    virtual.compile_all(python, site)
    virtual.link(site, paths.root())
    virtual.no_news(folder)
    lacks = environment.missing(kind, site)
    if lacks:
        raise CannotRun(f"after the installation {folder} still lacks {', '.join(lacks)}")
    kinds = environment.KINDS[: environment.KINDS.index(kind) + 1]  # "test" includes "lab"
    _write_marks({name: digest(name) for name in kinds})


def _opening(folder):
    """Return the first line of a set-up: what happens now, and how long it takes."""
    if (folder / "pyvenv.cfg").exists():
        return f"Completing the course's environment {folder}"
    text = f"Setting up the course in {folder} (once; two minutes, or ten on a slow network)"
    somebody_elses = sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX")
    if somebody_elses:
        lacks = environment.missing("lab")
        some = ", ".join(lacks[:3]) + (", …" if len(lacks) > 3 else "")
        text = f"The environment {sys.prefix} lacks {some} and is left as it is.\n{text}"
    return text


def _install(kind, folder, python, version):
    log = folder / "install.log"
    locked = version in lock.PYTHONS
    torch = lock.pin("torch") if locked else "torch" + environment.requirements()["torch"]
    options = _cpu_build(folder, python, torch)
    if options is not None:
        try:
            # No hash: the lock's are of the index's usual builds. --no-deps: what torch itself needs
            # comes from pip's usual index, newer and complete.
            installer.install(python, ["--no-deps", *options, torch], log)
        except CannotRun as error:
            print(f"  {torch} without CUDA: {error}; going on with pip's own choice", flush=True)
    if locked:
        part = folder / "lock.txt"
        part.write_text(lock.text(kind, cuda=not _torch(folder).endswith("+cpu")), "utf-8")
        try:
            return installer.install(python, ["-r", part], log)
        except CannotRun as error:
            if "there is no" not in str(error):
                raise
        print("  constraints.txt does not fit this machine: going on without it", flush=True)
    what = ["-r", paths.root() / "requirements.txt"]
    if kind == "test":
        what += environment.dev_lines()
    return installer.install(python, what, log)


def _torch(folder):
    """Return the version of PyTorch in an environment, "" if there is none."""
    site = environment.site_packages(folder)
    return (environment.version("torch", site) or "") if site else ""


def _cpu_build(folder, python, torch):
    """Return pip's options that bring PyTorch without CUDA; None where pip's own choice is right.

    Args:
        folder: the environment.
        python: its interpreter.
        torch: the wanted version, such as `torch==2.13.0`.

    Raises:
        CannotRun: pip's own choice is the CUDA build, and the disk has no room for it.
    """
    present = _torch(folder)
    here = present and environment.satisfies(present, torch[len("torch") :])
    if here or sys.platform != "linux":
        return None
    if _pip_takes_cpu(python, torch):
        return []
    index = os.environ.get("GRAPHREC_TORCH_INDEX", lock.TORCH_INDEX)
    if index and not has_gpu():
        if answers(index):
            return ["--index-url", index]
        usual = "PyTorch's usual build (3 GB to download, 7 GB on the disk)"
        print(f"  {index} does not answer: pip takes {usual}", flush=True)
    virtual.check_room(folder, NEEDED_CUDA)
    return None


def has_gpu():
    """Report whether an NVIDIA driver is installed."""
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia/version").exists()


def _pip_takes_cpu(python, torch):
    """Report whether pip, as it is configured here, would install a CPU build of PyTorch."""
    quick = ["--retries", "0", "--timeout", "5"]  # a silent network must not cost minutes here
    dry = ["--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"]
    command = [str(python), "-m", "pip", "install", *quick, *dry, torch]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["install"][0]["metadata"]["version"].endswith("+cpu")
    except (ValueError, LookupError):
        return False  # no network, or no such package: the installation itself will say so


def answers(index, seconds=3.0):
    """Report whether an index offers PyTorch within some seconds, name resolution included."""
    found = []

    def ask():
        try:
            with urllib.request.urlopen(index.rstrip("/") + "/torch/", timeout=seconds):
                found.append(True)
        except (OSError, ValueError):
            pass

    # a thread, because the timeout of urlopen does not cover the look-up of the host's name
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(found)


def _read_marks():
    """Return what is marked as installed: {} while unfinished, None if nobody marked anything."""
    try:
        marks = json.loads((environment.venv() / MARKER).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def _write_marks(marks):
    with paths.replacing(environment.venv() / MARKER) as part:
        part.write_text(json.dumps(marks), "utf-8")


def run_instead(command):
    """Replace this process by another program; the package stays importable there.

    Raises:
        CannotRun: the program does not exist.
    """
    command = [str(x) for x in command]
    root = str(paths.root() or Path.cwd())
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    search = [root] + [x for x in others if x and x != root]
    variables = dict(os.environ, PYTHONPATH=os.pathsep.join(search))
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "posix":
            os.execve(command[0], command, variables)
        # Windows' exec returns to the shell at once: wait, and hand the exit code on
        sys.exit(subprocess.call(command, env=variables))
    except OSError as error:
        raise CannotRun(f"cannot start {command[0]} ({error})") from None
