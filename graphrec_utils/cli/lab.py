"""The command `lab`: JupyterLab on the lessons, started as the course needs.

Arguments are read before anything is installed, so that a slip of the pen does not cost two minutes.
"""

from __future__ import annotations

import json
import os
import re
import sys

from graphrec_utils import paths
from graphrec_utils.cli import shared
from graphrec_utils.cli.setup import bootstrap


def main(argv: list[str]) -> int:
    """Open JupyterLab on the lessons, or on one of them.

    Raises:
        CannotRun: no clone, no such lesson.
    """
    parser = shared.parser(
        "lab [NN] [-- JUPYTER ARGUMENTS]",
        "Open the lesson you are in, or another one, in JupyterLab, after a set-up if one is needed.",
        "lab 06 opens lesson 06;  lab -- --no-browser --port 9000 passes options on to JupyterLab",
    )
    parser.add_argument("lesson", nargs="?", metavar="NN", help="number of a lesson, 06 or 6")
    own, others = shared.split(argv)
    lesson = parser.parse_args(own).lesson
    root = shared.clone()
    shown = shared.notebook(lesson or upcoming()).relative_to(root)
    bootstrap.ensure("lab", ["lab", *argv])
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{shown.as_posix()}",
        "--Application.log_level=WARN",  # the address is shown all the same
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # containers; JupyterLab refuses to start as root otherwise
    # a kernel of this environment, even if the user has registered one of the same name
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    print(f"{shown.stem}: JupyterLab opens in your browser; Ctrl + C here ends it.", flush=True)
    bootstrap.run_instead(command + others)
    return 0


def upcoming() -> str:
    """Return the number of the lesson a student is in, or of the next one where that is solved.

    Nothing but the standard library is needed: the set-up may still be to come.
    """
    numbers = [
        x.name[:2] for x in sorted((shared.clone() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    ]
    try:
        done = json.loads((paths.state() / "progress.json").read_text("utf-8"))["exercises"]
        points = {name: (float(x["points"]), float(x["max_points"])) for name, x in done.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        points = {}
    current = max((name[:2] for name, (got, _) in points.items() if got), default="00")
    folder = paths.PACKAGE / "lessons" / f"lesson{current}"
    solved = {name for name, (got, out_of) in points.items() if got >= out_of}
    asked = {
        f"{current}.{re.match(r'ex(.+?)_', x.name)[1]}"
        for x in folder.glob("ex[0-9]*_*.py")
        if "    branch=True,\n" not in x.read_text("utf-8")
    }
    later = [number for number in numbers if number > current]
    return later[0] if asked <= solved and later else current
