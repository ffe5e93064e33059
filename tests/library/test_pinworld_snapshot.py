"""PinWorld in files: the snapshots of the course, and what happens when one is damaged."""

from __future__ import annotations

import hashlib
import json
import zipfile

import numpy as np
import pytest

from graphrec_utils import paths, pinworld
from graphrec_utils.pinworld import snapshot

COMMAND = "python3 -m graphrec_utils.pinworld"  # what repairs a snapshot


@pytest.fixture(scope="module")
def world():
    return pinworld.make(7, 0.02)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Give the test its own copy of the course's data folder."""
    for name in ("pinworld.json", "pinworld_tiny.npz"):
        (tmp_path / name).write_bytes((paths.data() / name).read_bytes())
    monkeypatch.setattr(paths, "data", lambda: tmp_path)
    return tmp_path


def test_a_world_comes_back_as_it_was_written(world, tmp_path):
    snapshot.write(world, tmp_path / "world.npz")
    back = snapshot.read(tmp_path / "world.npz")
    assert back.digest() == world.digest()
    assert (back.seed, back.scale) == (7, 0.02)
    assert back.impressions.equals(world.impressions)


def test_the_same_world_gives_the_same_bytes(world, tmp_path):
    for name in ("a.npz", "b.npz"):
        snapshot.write(pinworld.make(7, 0.02), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_snapshot_carries_no_date_and_leaves_no_part(world, tmp_path):
    snapshot.write(world, tmp_path / "world.npz")
    with zipfile.ZipFile(tmp_path / "world.npz") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert [path.name for path in tmp_path.iterdir()] == ["world.npz"]


def test_both_snapshots_take_less_than_2_mb_and_have_their_checksums():
    registry = snapshot.read_registry()
    total = 0
    for name in snapshot.NAMES:
        content = (paths.data() / registry[name]["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == registry[name]["sha256"]
        assert len(content) == registry[name]["bytes"]
        assert pinworld.load(name).digest() == registry[name]["arrays_sha256"]
        total += len(content)
    assert total <= 2_000_000


def test_the_terms_are_cc0():
    assert snapshot.read_registry()["terms"].startswith("CC0 1.0")


def test_the_readme_of_the_data_names_the_sizes_of_both_worlds():
    text = (paths.data() / "README.md").read_text(encoding="utf-8")
    for name in snapshot.NAMES:
        world = pinworld.load(name)
        counts = (world.num_users, world.num_pins, len(world.boards), world.num_nodes)
        row = [f"{count:,}" for count in (*counts, len(world.impressions))]
        assert f"`{name}`" in text and " | ".join(row) in text


def test_small_is_the_default():
    assert pinworld.load().sizes == pinworld.load("small").sizes
    assert pinworld.load().num_users == 2500


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b[:900] + b"x" + b[901:],
        lambda b: b"",
        lambda b: b"PK",
    ],
    ids=["cut", "one byte", "empty", "not a zip"],
)
def test_a_damaged_snapshot_says_how_to_write_it_anew(course, damage):
    path = course / "pinworld_tiny.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"pinworld_tiny\.npz is damaged") as problem:
        pinworld.load("tiny")
    assert COMMAND in str(problem.value)
    assert "\n" not in str(problem.value) and str(course) not in str(problem.value)


def test_a_missing_snapshot_says_how_to_write_it_anew(course):
    (course / "pinworld_tiny.npz").unlink()
    with pytest.raises(FileNotFoundError, match=rf"pinworld_tiny\.npz is missing.*{COMMAND}"):
        pinworld.load("tiny")


def test_a_missing_or_damaged_list_of_snapshots_says_how_to_write_it_anew(course):
    (course / "pinworld.json").write_text("{")
    with pytest.raises(ValueError, match=rf"pinworld\.json is damaged.*{COMMAND}"):
        pinworld.load("tiny")
    (course / "pinworld.json").unlink()
    with pytest.raises(FileNotFoundError, match=rf"pinworld\.json is missing.*{COMMAND}"):
        pinworld.load("tiny")


@pytest.mark.parametrize("content", [{"a": np.arange(3)}, {"meta": np.array("{}")}])
def test_a_file_that_is_no_world_is_refused(tmp_path, content):
    np.savez(tmp_path / "other.npz", **content)
    with pytest.raises(ValueError, match=r"other\.npz is not a snapshot of a world"):
        snapshot.read(tmp_path / "other.npz")


def test_a_file_that_is_no_zip_is_refused_without_a_checksum_too(tmp_path):
    (tmp_path / "other.npz").write_bytes(b"users,pins\n1,2\n")
    with pytest.raises(ValueError, match=r"other\.npz is not a snapshot of a world"):
        snapshot.read(tmp_path / "other.npz")


def test_a_file_with_pickled_objects_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", meta=np.array([{"seed": 0}], object))
    with pytest.raises(ValueError, match="not a snapshot"):
        snapshot.read(tmp_path / "other.npz")


def test_medium_has_no_snapshot_but_a_sentence():
    with pytest.raises(ValueError, match=r"make it with pinworld\.make\(0, 'medium'\)"):
        pinworld.load("medium")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no snapshot 'big': there are 'tiny' and 'small'$"):
        pinworld.load("big")


def test_regenerating_repairs_a_folder(course, monkeypatch):
    monkeypatch.setattr(snapshot, "NAMES", ("tiny",))
    (course / "pinworld_tiny.npz").write_bytes(b"")
    (course / "pinworld.json").unlink()
    written = snapshot.write_all(course)
    assert pinworld.load("tiny").digest() == written["tiny"]["arrays_sha256"]
    assert json.loads((course / "pinworld.json").read_text()) == written
