"""Which variant is this file? Told by bytes, else by counts; never guessed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.cli import data
from graphrec_utils.datasets import identify
from graphrec_utils.datasets.identify import Counts

LISTS = "0 5 6 7\n1 5\n2\n3 9 5\n"  # six pairs of three users; user 2 has none


def counted(tmp_path, text: str, name: str = "train.txt") -> tuple:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = identify.count(path)
    return found.users, found.items, found.rows, found.pairs


def variant(name: str) -> dict:
    return next(v for v in identify.variants() if v["name"] == name)


def of(name: str, part: str, **change) -> Counts:
    """Return what a file would hold that is this part."""
    v = variant(name)
    pairs = v[part].get("pairs", 1)
    base = {"users": v.get("users", 9), "items": v.get("items", 9), "rows": v[part].get("rows", pairs),
            "pairs": pairs, "md5": v[part].get("md5", "")}  # fmt: skip
    return Counts(**base | change)


# ---------------------------------------------------------------- counting


@pytest.mark.parametrize(("text", "expected"), [
    (LISTS, (3, 4, 6, 6)),
    ("1\t7\t5\t881250949\n1\t8\t3\t881250950\n2\t7\t4\t881250951\n1\t7\t1\t881250952\n", (2, 2, 4, 3)),
    ("1::7::5::9\n2::7::3::9\n", (2, 1, 2, 2)),
    ("userId,movieId,rating\n1,7,5\n2,8,4\n", (2, 2, 2, 2)),
    ("rating,item_id:token,user_id:token\n5,7,1\n4,7,2\n", (2, 1, 2, 2)),
    ("0\t2010-10-19T23:55:27Z\t30.2\t-97.7\t22847\n0\t2010-10-18T22:17:43Z\t30.3\t-97.7\t22847\n", (1, 1, 2, 1)),
    ("a b\nc b\n", (2, 1, 2, 2)),
    ("user_id,item_id\n1,\n2,5\n2,7\n", (1, 2, 2, 2)),
])  # fmt: skip
def test_users_items_rows_and_pairs_by_hand(tmp_path, text, expected):
    assert counted(tmp_path, text) == expected


def test_a_sparse_matrix_is_counted(tmp_path):
    sp.save_npz(tmp_path / "train.npz", sp.csr_array(np.array([[1, 0, 1], [0, 0, 1]])))
    found = identify.count(tmp_path / "train.npz")
    assert (found.users, found.items, found.pairs) == (2, 2, 3)
    assert found.md5 == hashlib.md5((tmp_path / "train.npz").read_bytes()).hexdigest()


# ---------------------------------------------------------------- naming


def test_every_part_of_every_variant_is_told_from_all_others():
    for v in identify.variants():
        for part in identify.PARTS:
            if part in v:
                match = identify.match(of(v["name"], part, md5=""))
                assert (match.variant["name"], match.part, match.by) == (v["name"], part, "counts")


def test_bytes_say_more_than_counts():
    name = "Yelp2018 of NGCF and LightGCN"
    match = identify.match(of(name, "train", users=1, items=1, pairs=1))
    assert (match.variant["name"], match.part, match.by) == (name, "train", "bytes")


def test_half_a_file_is_no_variant_and_a_tenth_less_is_near_to_one():
    half = of("MovieLens 1M", "whole", pairs=500_104, rows=500_104)
    assert identify.match(half) is None
    near = identify.match(of("MovieLens 1M", "whole", pairs=950_000, rows=950_000))
    assert near.by == "near" and near.variant["family"] == "MovieLens"
    assert identify.match(Counts(3, 3, 5, 5, "")) is None


def test_every_variant_has_a_source_and_says_how_it_was_split():
    assert len(identify.variants()) >= 8
    for v in identify.variants():
        assert v["source"].startswith("https://") and v["split"] and v["caution"]
        assert any(part in v for part in identify.PARTS)


# ---------------------------------------------------------------- the command


def test_the_command_says_what_it_found_and_what_to_know(tmp_path, capsys, monkeypatch):
    path = tmp_path / "train.txt"
    path.write_text(LISTS)
    known = of("Gowalla of NGCF and LightGCN", "train")
    monkeypatch.setattr(identify, "count", lambda path: known)
    assert data.main(["identify", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Gowalla of NGCF and LightGCN, train part, byte for byte" in said
    assert "810,128 pairs" in said and "source:" in said


def test_an_unknown_file_is_1(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(LISTS)
    assert data.main(["identify", str(tmp_path / "a.txt")]) == 1
    assert "none of the variants that are known" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.txt", b"", "empty"),
    ("a.txt", b"\n\n", "empty"),
    ("a.zip", b"PK\x03\x04\xff\xfe\x00", "unpack it first"),
    ("a.pkl", b"\x80\x04.", "a pickle can run anything"),
    ("a.npz", b"nothing", "no sparse matrix"),
    ("a.txt", b"0 1 2\n1 x y z\n", "line 2"),
    ("a.txt", b"5\n6\n7\n", "no pairs of user and item"),
    ("a.csv", b"user,item\n", "no pairs of user and item"),
    ("a.csv", b"# ratings\n1,2\n3,4\n", "no table of users and items"),
])  # fmt: skip
def test_bad_input_gets_one_sentence_and_2(tmp_path, capsys, name, content, words):
    (tmp_path / name).write_bytes(content)
    assert data.main(["identify", str(tmp_path / name)]) == 2
    said = capsys.readouterr().out
    assert words in said and said.count("\n") == 1


def test_a_missing_file_and_no_file(tmp_path, capsys):
    assert data.main(["identify", str(tmp_path / "none.txt")]) == 2
    assert "No such file" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        data.main(["identify"])
