"""Where things are: the clone, the course data, the cache and the student's own state.

Standard library only; nothing is created by asking where it would be. A file that others may read
meanwhile is written with `replacing`, a text with `write`.
"""

import contextlib
import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def root():
    """Return the folder of the clone, or None when the package was installed as a wheel."""
    clone = PACKAGE.parent
    return clone if (clone / "solutions").is_dir() and (clone / "data").is_dir() else None


def data():
    """Return the folder of the course's own data: `data/` in a clone, packaged in a wheel."""
    clone = root()
    return clone / "data" if clone else PACKAGE / "course_data"


def downloads():
    """Return `GRAPHREC_DATA_DIR` as a path, relative ones against the clone; None if unset."""
    value = os.environ.get("GRAPHREC_DATA_DIR")
    if not value:
        return None
    return (root() or Path.cwd()) / Path(value).expanduser()


def cache():
    """Return the user's cache folder for downloaded data."""
    return _user("GRAPHREC_CACHE", "XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", "Library/Caches")


def state():
    """Return the folder of the student's progress: `.graphrec` in a clone, else per user."""
    clone = root()
    if clone and not os.environ.get("GRAPHREC_STATE"):
        return clone / ".graphrec"
    return _user("GRAPHREC_STATE", "XDG_DATA_HOME", ".local/share", "APPDATA", "Library")


@contextlib.contextmanager
def replacing(path, part=None):
    """Yield where to write a new version of `path`; it takes the name when the block ends.

    Whoever reads sees the old file or the whole new one. If the block raises, the old one stays and
    nothing is left beside it.

    Args:
        path: the file; its folder exists.
        part: where to write meanwhile, in the same folder; default: a name that nobody else uses.
            A fixed name is overwritten by the next run when a process was killed.
    """
    path = Path(path)
    part = part or path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
    try:
        yield part
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(path, text):
    """Write a text file as `replacing` does, with the folders that it needs.

    UTF-8 with the line ends of the text. Half a surrogate pair, which a name or a JSON of somebody
    else may hold and UTF-8 cannot, becomes "?".
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_bytes(text.encode("utf-8", errors="replace"))


def _user(override, xdg, linux, windows, mac):
    """Return the platform's folder for this application; `override` names the whole path."""
    if os.environ.get(override):
        return Path(os.environ[override]).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get(windows) or home)
    elif sys.platform == "darwin":
        base = home / mac
    else:
        base = Path(os.environ.get(xdg) or home / linux)
    return base / "graphrec"
