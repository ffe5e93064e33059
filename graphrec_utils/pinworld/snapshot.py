"""Worlds in files: the snapshots in `data/`, so that everybody has the same "tiny" and "small".

Another numpy may draw other random numbers from the same seed. A snapshot does not change, and
loading one takes a tenth of a second. `data/pinworld.json` holds checksums and terms.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np

from graphrec_utils import paths
from graphrec_utils.pinworld.generator import PRESETS, make
from graphrec_utils.pinworld.world import ARRAYS, World

NAMES = ("tiny", "small")
SEED = 0
TERMS = "CC0 1.0: invented data, made by the course contributors; no person or company is in it"
_AGAIN = "write it anew with `python3 -m graphrec_utils.pinworld` or get the course's copy again"
_META = "meta"


def load(name: str = "small", *, regenerate: bool = False) -> World:
    """Return the world "tiny" or "small" that every lesson uses.

    Args:
        name: "tiny" (2,400 nodes) or "small" (20,000 nodes).
        regenerate: run the generator instead of reading the file. The result is the same with
            the numpy that made the snapshot (named in `data/pinworld.json`), else it may differ.

    Raises:
        ValueError: there is no snapshot of this name, or a file is damaged.
        FileNotFoundError: a file is missing.
    """
    if name not in NAMES:
        hint = f"; make it with pinworld.make({SEED}, {name!r})" if name in PRESETS else ""
        raise ValueError(f"no snapshot {name!r}: there are 'tiny' and 'small'{hint}")
    if regenerate:
        return make(SEED, name)
    entry = read_registry()[name]
    return read(paths.data() / entry["file"], sha256=entry["sha256"])


def read_registry() -> dict:
    """Return the content of `data/pinworld.json`: one entry per snapshot, the terms, the numpy.

    Raises:
        ValueError: the file is damaged.
        FileNotFoundError: the file is missing.
    """
    try:
        return json.loads((paths.data() / "pinworld.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"data/pinworld.json is missing; {_AGAIN}") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"data/pinworld.json is damaged ({problem}); {_AGAIN}") from None


def read(path: Path, sha256: str | None = None) -> World:
    """Read a world that `write` wrote.

    Args:
        path: the file.
        sha256: its expected checksum; None: not compared.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or is not a world.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"the snapshot {path.name} is missing; {_AGAIN}") from None
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the snapshot {path.name} is damaged (its checksum differs); {_AGAIN}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(arrays.pop(_META).item())
        return World(meta["seed"], meta["scale"], arrays, meta.get("knobs", {}))
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as problem:
        raise ValueError(
            f"{path.name} is not a snapshot of a world ({problem}); {_AGAIN}"
        ) from None


def write(world: World, path: Path) -> None:
    """Write a world to one compressed file; the same world gives the same bytes.

    The file is an npz. Numbers are stored in the smallest type that holds them, and the zip
    entries carry no date. It appears under its name only when it is complete.
    """
    knobs = {"knobs": world.knobs} if world.knobs else {}
    meta = json.dumps({"seed": world.seed, "scale": world.scale} | knobs)
    arrays = {_META: np.array(meta)} | {name: _narrow(world.arrays[name]) for name in ARRAYS}
    with (
        paths.replacing(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file,
    ):
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # else the bytes tell Windows from the rest
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, buffer.getvalue())


def write_all(folder: Path) -> dict:
    """Make both snapshots and their `pinworld.json` in a folder; return the latter."""
    registry: dict = {"terms": TERMS, "numpy": np.__version__}
    for name in NAMES:
        world = make(SEED, name)
        path = folder / f"pinworld_{name}.npz"
        write(world, path)
        content = path.read_bytes()
        registry[name] = {
            "file": path.name,
            "seed": SEED,
            "scale": world.scale,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "arrays_sha256": world.digest(),
        }
    paths.write(folder / "pinworld.json", json.dumps(registry, indent=2) + "\n")
    return registry


def _narrow(array: np.ndarray) -> np.ndarray:
    """Return the array in the smallest integer type that holds it, little-endian."""
    if array.dtype == bool or not array.size:
        return array
    kinds = ("<i1", "<i2", "<i4", "<i8") if array.min() < 0 else ("<u1", "<u2", "<u4", "<u8")
    for kind in kinds:
        limits = np.iinfo(kind)
        if limits.min <= array.min() and array.max() <= limits.max:
            return array.astype(kind)
    raise AssertionError("an integer fits 8 bytes")
