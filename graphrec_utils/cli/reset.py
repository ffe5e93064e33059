"""The command `reset`: a lesson as it was handed out, and the student's version kept beside it."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.cli import shared
from graphrec_utils.cli.setup.environment import CannotRun


def main(argv: list[str]) -> int:
    """Restore a lesson's notebook to the last commit's, keeping the student's as `.mine-1`.

    Raises:
        CannotRun: no such lesson, no git, or a file that cannot be written; nothing is lost then.
    """
    parser = shared.parser(
        "reset NN",
        "Restore a lesson as it was handed out. Yours is kept beside it, as NN_name.mine-1.ipynb.",
        "reset 06",
    )
    parser.add_argument("lesson", metavar="NN", help="number of the lesson, 06 or 6")
    lesson = parser.parse_args(argv).lesson
    name = _committed(lesson)
    target = shared.clone() / name
    original = _git("show", f"HEAD:./{name}")
    try:
        if target.exists():
            mine = target.read_bytes()
            if mine == original:
                print(f"{name} is as it was handed out: nothing to restore.")
                return 0
            kept = keep(target, mine)
            print(f"Yours is kept as {kept.relative_to(shared.clone()).as_posix()}.")
        with paths.replacing(target) as part:
            part.write_bytes(original)
    except OSError as error:
        raise CannotRun(f"{name} cannot be restored ({error}); your version is unchanged") from None
    print(f"{name} is restored. If it is open in JupyterLab, reload it there.")
    return 0


def keep(target: Path, content: bytes) -> Path:
    """Write the student's version under the next free name and return that name."""
    names = (target.with_name(f"{target.stem}.mine-{n}.ipynb") for n in itertools.count(1))
    kept = next(name for name in names if not name.exists())
    with paths.replacing(kept) as part:
        part.write_bytes(content)
    return kept


def _committed(lesson: str) -> str:
    """Return the path of a lesson's notebook in the last commit, "notebooks/06_lightgcn.ipynb"."""
    listed = _git("ls-tree", "-z", "--name-only", "HEAD", "notebooks/").decode().split("\0")
    return "notebooks/" + shared.pick(lesson, [Path(name).name for name in listed])  # git: always /


def _git(*arguments: str) -> bytes:
    advice = "Download the lesson again from the course's page; yours is unchanged"
    try:
        done = subprocess.run(["git", "-C", str(shared.clone()), *arguments], capture_output=True)
    except OSError:
        raise CannotRun(f"restoring a lesson needs git, which is not installed. {advice}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        raise CannotRun(
            f"git cannot read the last commit of {shared.clone()} ({''.join(said)}). {advice}"
        )
    return done.stdout
