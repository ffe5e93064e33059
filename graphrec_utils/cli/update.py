"""The command `update`: the newest lessons, with the student's answers in them.

Git refuses a pull over notebooks that somebody has worked in, and running one is enough for that. So
they are put aside, the clone is moved forward, and what was written goes back into the new lessons.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.cli import reset, shared
from graphrec_utils.cli.setup.environment import CannotRun

REMOTE = "@{upstream}"


def main(argv: list[str]) -> int:
    """Move the clone to the newest version of the course and keep what the student wrote.

    Raises:
        CannotRun: no git, nothing to update from, or a change of the user's that git would have to
            merge; everything is then as it was.
    """
    parser = shared.parser(
        "update", "Get the newest lessons; what you wrote in yours is kept.", "update"
    )
    parser.parse_args(argv)
    root = shared.clone()
    said = _git("fetch", "--quiet")
    if said.returncode or _git("rev-parse", "--verify", REMOTE).returncode:
        raise CannotRun(f"the newest version cannot be fetched ({_why(said)}); nothing is changed")
    if not _lines("rev-list", f"HEAD..{REMOTE}"):
        print("The lessons are up to date.")
        return 0
    if _lines("rev-list", f"{REMOTE}..HEAD"):
        raise CannotRun("this clone has commits of its own: merge with git; nothing is changed")
    new = set(_lines("diff", "--relative", "--no-renames", "--name-only", f"HEAD...{REMOTE}"))
    touched = set(_lines("diff", "--relative", "--no-renames", "--name-only", "HEAD")) & new
    lessons = sorted(x for x in touched if x.startswith("notebooks/") and x.endswith(".ipynb"))
    if others := sorted(touched - set(lessons)):
        raise CannotRun(
            f"you have changed {', '.join(others)}, and so has the new version: put yours aside, "
            "for example with `git stash`; nothing is changed"
        )
    try:
        for line in _updated(root, lessons):
            print(line)
    except OSError as error:
        raise CannotRun(f"a lesson cannot be written ({error}); yours is kept as .mine") from None
    print("The lessons are new. Reload those that are open in JupyterLab.")
    return 0


def _updated(root: Path, names: list[str]) -> list[str]:
    """Move the clone forward; return a sentence for each lesson that somebody has worked in."""
    mine = {name: (root / name).read_bytes() for name in names if (root / name).exists()}
    # beside the lessons before anything is touched: whatever happens now, nothing is lost
    kept = {name: reset.keep(root / name, content) for name, content in mine.items()}
    old = {name: _git("show", f"HEAD:./{name}").stdout for name in names}
    for step in (["checkout", "--quiet", "HEAD", "--", *names], ["merge", "--ff-only", REMOTE]):
        done = _git(*step) if names or step[0] == "merge" else None
        if done and done.returncode:
            for name, content in mine.items():
                _write(root / name, content)
                kept[name].unlink()
            raise CannotRun(f"git cannot update this clone ({_why(done)}); nothing is changed")
    told = []
    for name, content in mine.items():
        cells, whole = _put_back(root / name, content, old[name])
        said = {0: "nothing of yours had to be kept", 1: "the cell you wrote is in it"}
        sentence = said.get(cells, f"the {cells} cells you wrote are in it")
        if whole:
            kept[name].unlink()
        else:
            where = kept[name].relative_to(root).as_posix()
            sentence = f"{sentence}; not all of yours has a place there: see {where}"
        told.append(f"{Path(name).stem} is new: {sentence}.")
    return told


def _put_back(target: Path, mine: bytes, old: bytes) -> tuple[int, bool]:
    """Write what a student changed into the new lesson; return (cells written, nothing is left over).

    Args:
        target: the new lesson; it may be gone.
        mine: the student's notebook.
        old: the lesson that it was made from.
    """
    try:
        own, given = (json.loads(x)["cells"] for x in (mine, old))
        notebook = json.loads(target.read_bytes())
        cells, before = notebook["cells"], {cell["id"]: _text(cell) for cell in given}
        place = {cell["id"]: k for k, cell in enumerate(cells)}
        changed = [before.get(cell.get("id")) != _text(cell) for cell in own]
    except (OSError, ValueError, KeyError, TypeError):  # it has gone, or one of them is no notebook
        return 0, False
    added: list[tuple[str | None, dict]] = []
    written, whole, above = 0, True, None
    for cell, is_mine in zip(own, changed, strict=True):
        name = cell.get("id")
        if is_mine and name in before and name not in place:
            whole = False  # the new lesson has no such cell
            continue
        if is_mine and name in place:
            results = {k: cell[k] for k in ("source", "outputs", "execution_count") if k in cell}
            cells[place[name]] |= results
        elif is_mine and _text(cell).strip():
            added.append((above, cell))
        written += is_mine and bool(_text(cell).strip())
        above = name
    for after, cell in added:
        ids = [x.get("id") for x in cells]
        cells.insert(ids.index(after) + 1 if after in ids else len(cells), cell)
    if written:
        text = json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False)
        _write(target, f"{text}\n".encode())
    return written, whole


def _text(cell: dict) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _write(target: Path, content: bytes) -> None:
    with paths.replacing(target) as part:
        part.write_bytes(content)


def _lines(*arguments: str) -> list[str]:
    done = _git(*arguments, "-z") if arguments[0] == "diff" else _git(*arguments)
    text = done.stdout.decode(errors="surrogateescape")
    return [x for x in text.split("\0" if arguments[0] == "diff" else "\n") if x]


def _git(*arguments: str) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(["git", "-C", str(shared.clone()), *arguments], capture_output=True)
    except OSError:
        raise CannotRun(
            "an update needs git, which is not installed: download the course again beside this "
            "one; your points stay with `progress --export` and `--import`"
        ) from None


def _why(done: subprocess.CompletedProcess) -> str:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[0] if said else "this clone follows no other repository"
