"""Which public variant of a data set is this file? By its checksum, else by what it holds.

Several data sets go by one name, and numbers on one cannot be compared with numbers on another; see
`variants.toml` for what is known, and from where.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

KNOWN = Path(__file__).with_name("variants.toml")
PARTS = ("whole", "train", "test")
LOOKED_AT = 50  # lines from which the format is told
NEAR = 0.25  # how far, relatively, counts may lie to be called the nearest


@dataclass(frozen=True)
class Counts:
    """What a file holds.

    Attributes:
        rows: pairs as they stand there, repeated ones too.
        pairs: distinct pairs of user and item.
        md5: of the file's bytes.
    """

    users: int
    items: int
    rows: int
    pairs: int
    md5: str


@dataclass(frozen=True)
class Match:
    """A variant, a part of it ("whole", "train", "test"), and how it was told: "bytes", "counts" or "near"."""

    variant: dict
    part: str
    by: str


@functools.cache
def variants() -> list[dict]:
    """Return the public variants that are known."""
    return tomllib.loads(KNOWN.read_text("utf-8"))["variant"]


def looked_up() -> str:
    """Return the day on which the variants were looked up."""
    return str(tomllib.loads(KNOWN.read_text("utf-8"))["looked_up"])


def count(path: Path) -> Counts:
    """Count users, items and pairs of a file: lists "user item item …", a table, or a sparse .npz.

    Raises:
        ValueError: it is none of these, or empty, or a pickle, which is not opened.
        OSError: it cannot be read.
    """
    users, items = _pairs(Path(path))
    if not len(users):
        raise ValueError(f"{path}: there are no pairs of user and item in it")
    user, u = np.unique(users, return_inverse=True)
    item, i = np.unique(items, return_inverse=True)
    pairs = len(np.unique(u.astype(np.int64) * len(item) + i))
    with Path(path).open("rb") as file:
        md5 = hashlib.file_digest(file, "md5").hexdigest()
    return Counts(len(user), len(item), len(users), pairs, md5)


def match(found: Counts) -> Match | None:
    """Return the variant that a file is, else the one whose counts are nearest, else None."""
    parts = [(v, part) for v in variants() for part in PARTS if part in v]
    for variant, part in parts:
        if variant[part].get("md5") == found.md5:
            return Match(variant, part, "bytes")
    for variant, part in parts:
        known = _known(variant, part)
        if part == "test":  # not every user or item need be in it
            known = {"pairs": known["pairs"]}
        if all(getattr(found, name) == value for name, value in known.items()):
            return Match(variant, part, "counts")
    named = [(variant, part) for variant, part in parts if "users" in variant]
    far = [max(abs(getattr(found, name) - v) / v for name, v in _known(*p).items()) for p in named]
    best = int(np.argmin(far))
    return Match(*named[best], "near") if far[best] <= NEAR else None


def _known(variant: dict, part: str) -> dict[str, int]:
    """Return what is published of a part: users, items, pairs or rows."""
    names = ("users", "items")
    known = {name: variant[name] for name in names if name in variant} | variant[part]
    return {name: value for name, value in known.items() if name != "md5"}


def _pairs(path: Path) -> tuple[np.ndarray, np.ndarray]:
    if path.suffix in (".pkl", ".pickle"):
        raise ValueError(f"{path}: a pickle can run anything when it is opened; save the matrix with "
                         "scipy.sparse.save_npz and ask again")  # fmt: skip
    if path.suffix == ".npz":
        try:
            matrix = sp.load_npz(path).tocoo()
        except Exception as error:
            raise ValueError(f"{path}: no sparse matrix of SciPy is in it") from error
        return matrix.row, matrix.col
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(itertools.islice(filter(str.strip, file), LOOKED_AT))
    except UnicodeDecodeError:
        raise ValueError(f"{path}: this is no text; unpack it first, if it is packed") from None
    if not lines:
        raise ValueError(f"{path}: the file is empty")
    separator = next((s for s in ("::", "\t", ",") if s in lines[-1]), r"\s+")
    sizes = {len(re.split(separator, line.strip())) for line in lines}
    if separator == r"\s+" and (len(sizes) > 1 or sizes == {1}):
        return _from_lists(path)
    return _from_table(path, separator, lines)


def _from_lists(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read lines "user item item …"; a user without items is in no pair."""
    users, items = [], []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            try:
                numbers = np.array(words, dtype=np.int64)
            except ValueError:
                raise ValueError(
                    f"{path}, line {number}: expected numbers, a user and her items"
                ) from None
            users.append(np.repeat(numbers[:1], max(len(words) - 1, 0)))
            items.append(numbers[1:])
    return np.concatenate(users), np.concatenate(items)


def _from_table(path: Path, separator: str, lines: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read a table: its columns by their names if it has a first line of names, else the first two."""
    words = re.split(separator, lines[0].strip())
    names = [re.sub(r"\W|:.*", "", word).lower() for word in words]
    titled = any(name.startswith("user") for name in names)
    user, item = 0, 1
    if titled:
        user = next(k for k, name in enumerate(names) if name.startswith("user"))
        others = [
            k for k, name in enumerate(names) if re.match("item|movie|business|artist|asin", name)
        ]
        item = others[0] if others else user + 1
    elif any(re.match(r"\d{4}-\d\d-\d\dT", word) for word in words[1:2]):
        item = len(names) - 1  # SNAP: user, time, where, where, place
    try:
        table = pd.read_csv(path, sep=separator, header=0 if titled else None, usecols=[user, item],
                            engine="python" if separator == "::" else "c", dtype="category")  # fmt: skip
    except (ValueError, pd.errors.ParserError) as error:
        raise ValueError(f"{path}: this is no table of users and items ({error})") from None
    table = table.dropna()  # a line without one of the two is no pair
    first, second = (user, item) if user < item else (item, user)
    columns = dict(zip((first, second), (table.iloc[:, 0], table.iloc[:, 1]), strict=True))
    return columns[user].cat.codes.to_numpy(), columns[item].cat.codes.to_numpy()
