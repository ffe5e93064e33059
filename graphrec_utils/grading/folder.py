"""What a run needs of its output folder: the secret, a lock, and a place for what must not stay."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
import tempfile
from pathlib import Path

from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.grading.isolation import tidy


def secret(out: Path, given: Path | None) -> bytes:
    """Return the secret; without a file of the user's, one is made once per output folder."""
    if given:
        try:
            secret = given.read_bytes().strip()
        except OSError as error:
            raise CannotRun(f"the secret file cannot be read: {error.strerror}") from None
        if not secret:
            raise CannotRun(f"the secret file {given} is empty")
        return hashlib.sha256(secret).digest()
    path = out / "secret"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    text = path.read_text("ascii").strip()
    if len(text) < 32:
        raise CannotRun(f"{path} is damaged: remove it, and everything is graded again")
    return hashlib.sha256(text.encode()).digest()


def make(out: Path) -> list[Path]:
    """Make the output folder; return the folders that were not there, inner ones first."""
    graded = out / "graded"
    new = [path for path in (graded, out, *out.absolute().parents) if not path.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    for path in (out, graded):  # answers, points and addresses of pages are nobody else's
        path.mkdir(mode=0o700, exist_ok=True)
    graded.chmod(0o700)
    return new


def unmake(out: Path, new: list[Path]) -> None:
    """Remove a new output folder if nothing has come of the run; call it while it is locked."""
    if out in new and not (out / "result.json").exists():
        with contextlib.suppress(OSError):  # somebody else has put something there
            for file in (out / "secret", out / "graded" / "lock"):
                file.unlink(missing_ok=True)
            for path in new:
                path.rmdir()


@contextlib.contextmanager
def lock(out: Path):
    """Keep a second run out of the output folder; the system forgets the lock with our process.

    Raises:
        CannotRun: another run holds it.
    """
    with open(out / "graded" / "lock", "a+", encoding="ascii") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                yield  # a file system without locks
                return
            raise CannotRun(
                f"another run is writing into {out}: wait for its end, or give another --out"
            ) from None
        yield


@contextlib.contextmanager
def scratch(out: Path, remarks: list[str]):
    """Give a folder for everything that must not stay, and remove what a killed run left.

    What cannot be removed costs a sentence in `remarks`, and nothing else.
    """
    note = out / "graded" / "scratch.txt"
    with contextlib.suppress(OSError, ValueError):
        left = Path(note.read_text("utf-8"))
        if left.parent == Path(tempfile.gettempdir()) and left.name.startswith("graphrec-"):
            remarks += filter(None, [tidy.remove(left)])
    folder = Path(tempfile.mkdtemp(prefix="graphrec-"))
    folder.chmod(0o711)  # should a kernel be another user's: it then knows the way to its folder
    note.write_text(str(folder), encoding="utf-8")
    try:
        yield folder
    finally:
        if problem := tidy.remove(folder):
            remarks.append(problem)
        else:
            note.unlink(missing_ok=True)
