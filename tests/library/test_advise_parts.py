"""A table that is read by parts: the same rows as in one go, of users who are drawn alike by any engine."""

from __future__ import annotations

import gzip

import environments
import numpy as np
import pytest
from processes import run

from graphrec_utils import __main__ as command
from graphrec_utils import datasets
from graphrec_utils.advise import parts
from graphrec_utils.datasets.columns import Unreadable


@pytest.fixture
def table(tmp_path):
    """Rows of 300 users, some names in quotes, with a line of names and Windows' ends of lines."""
    rng = np.random.default_rng(0)
    rows = [f'u{u},"film {i}, the first",{t}' for u, i, t in rng.integers(1, 300, (4_000, 3))]
    path = tmp_path / "likes.csv"
    path.write_bytes(("\r\n".join(["who,item,time", *rows]) + "\r\n").encode())
    return path


def rows_of(events):
    who, what = events.user_labels[events.users], events.item_labels[events.items]
    return sorted(zip(who.tolist(), what.tolist(), events.times.tolist(), strict=True))


def test_drawn_users_have_all_their_rows(table):
    said = []
    whole = datasets.read(table, user="who", say=lambda _: None)
    some = parts.read(table, "serial", user="who", most=1_000, size=5_000, say=said.append)
    assert 700 < len(some) <= 1_000
    kept = set(some.user_labels.tolist())
    assert rows_of(some) == [row for row in rows_of(whole) if row[0] in kept]
    assert "4,000 rows of 299 users and 299 items, counted in 25 parts by serial" in said[0]
    assert "does not split by parts" in said[1]


def test_parts_do_not_change_what_is_drawn(table):
    few, many = (
        parts.read(table, "serial", user="who", most=1_000, size=size, say=lambda _: None)
        for size in (1 << 20, 700)
    )
    assert rows_of(few) == rows_of(many)


def test_a_table_that_fits_is_read_whole(table):
    said = []
    some = parts.read(table, "serial", user="who", size=5_000, say=said.append)
    assert rows_of(some) == rows_of(datasets.read(table, user="who", say=lambda _: None))
    assert not any("drawn" in line for line in said)


@pytest.mark.parametrize("content, says", [
    (gzip.compress(b"user,item\na,b\n"), "unpack it"),
    ("user,item\na,b\n".encode("utf-16"), "unpack it"),
    (b'user,item\na,b\na,"c\nd"\nb,b\n', "over the end of a line"),
    (b"one,item\na,b\n", "--user COLUMN"),
])  # fmt: skip
def test_what_cannot_be_cut_is_refused(content, says, tmp_path):
    (tmp_path / "likes.csv").write_bytes(content)
    with pytest.raises(Unreadable, match=says):
        parts.read(tmp_path / "likes.csv", "serial", say=lambda _: None)


def test_an_engine_that_is_not_there_is_told(table, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    monkeypatch.chdir(table.parent)
    assert command.main(["advise", "likes.csv", "--user", "who", "--engine", "dask"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith('engine "dask" needs a package that is not installed; install it with: '
                         'pip install "graphrec-utils[scale]".')  # fmt: skip
    assert [path.name for path in table.parent.iterdir()] == ["likes.csv"]


SAME = """
from graphrec_utils.advise import parts

if __name__ == "__main__":
    few, many = (
        parts.read({path!r}, engine, user="who", most=1_000, size=5_000, say=lambda _: None)
        for engine in ("serial", {engine!r})
    )
    assert (few.users == many.users).all() and (few.user_labels == many.user_labels).all()
    print("same", len(few))
"""


@pytest.mark.parametrize("engine", ["process", pytest.param("dask", marks=pytest.mark.full)])
def test_every_engine_draws_the_same(engine, table):
    python = environments.python_with("dask[distributed]>=2024.8") if engine == "dask" else None
    said = run(SAME.format(path=str(table), engine=engine), *filter(None, [python]))
    assert said.startswith("same ")
