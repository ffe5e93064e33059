"""Colab, Binder and a hub: what is needed there, and what the doctor says about the place."""

from __future__ import annotations

import pytest

from graphrec_utils.cli import doctor
from graphrec_utils.cli.setup import environment

MARKS = ("COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "JUPYTERHUB_USER")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    for mark in MARKS:
        monkeypatch.delenv(mark, raising=False)


@pytest.mark.parametrize(
    ("marks", "place"),
    [
        ((), ""),
        (("COLAB_RELEASE_TAG",), "Colab"),
        (("BINDER_SERVICE_HOST", "JUPYTERHUB_USER"), "Binder"),
        (("JUPYTERHUB_USER",), "JupyterHub"),
    ],
)
def test_a_place_is_known_by_its_variables(monkeypatch, marks, place):
    for mark in marks:
        monkeypatch.setenv(mark, "x")
    assert environment.place() == place


def test_colab_needs_neither_jupyterlab_nor_nbval(monkeypatch):
    everywhere = set(environment.requirements())
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    assert everywhere - set(environment.requirements()) == {"jupyterlab", "nbval"}


@pytest.mark.parametrize("mark", ["COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST"])
def test_where_work_vanishes_the_doctor_says_how_to_keep_it(monkeypatch, mark):
    monkeypatch.setenv(mark, "x")
    monkeypatch.setattr(doctor, "import_errors", lambda python, names: {})
    first, *others = list(doctor.findings())
    assert first.what == "place"
    assert "progress --export" in first.found
    assert "Chromium" not in [finding.what for finding in others]


def test_at_home_the_doctor_names_the_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "import_errors", lambda python, names: {})
    first = next(iter(doctor.findings()))
    assert str(first).startswith("✓ place: this machine, in ")
    (tmp_path / "conda-meta").mkdir()
    assert doctor._kind_of_environment(tmp_path) == ", in a conda environment"
