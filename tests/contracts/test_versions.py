"""Every lesson runs with Colab's packages and with the oldest ones that requirements.txt allows.

The ordinary run has those of constraints.txt; the newest have a run of their own once a week.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap

import pytest
from environments import fresh, run

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.authoring.lesson import around, source
from graphrec_utils.cli.setup import environment

ROOT = paths.root()
LESSONS = [lesson.stem for lesson in source.built()]
# What a notebook finds on Colab (its published list of August 2026), where lessons depend on it.
COLAB = (
    *("numpy==2.1.3", "pandas==2.2.3", "scipy==1.16.3", "torch==2.11.0", "networkx==3.6.1"),
    *("matplotlib==3.10.0", "ipywidgets==7.7.1", "ipython==7.34.0", "ipykernel==6.17.1"),
    *("traitlets==5.7.1", "numba==0.61.2", "tqdm", "pooch", "pytest==8.4.2", "anywidget==0.9.21"),
)


def oldest() -> list[str]:
    """Return the lower bounds of requirements.txt as exact versions."""
    found = []
    for name, span in environment.requirements().items():
        low = re.match(r">=([\d.]+)", span)[1]
        found.append(f"{name}=={low}")
    return found


def test_every_requirement_has_a_lower_bound():
    assert len(oldest()) == len(environment.requirements())


@pytest.fixture(scope="module")
def colab():
    """The Python of an environment like Colab's, without the course.

    nbval, which runs the notebooks here and is not on Colab, comes without its own wishes.
    """
    return fresh("colab", [*COLAB], no_deps=["nbval", "coverage"])


@pytest.fixture(scope="module")
def lowest():
    """The Python of an environment with the oldest allowed versions."""
    return fresh("oldest", [*oldest(), "pytest<9"])


def lesson_runs(python, lesson: str, folder, tmp_path) -> None:
    """Run a notebook top to bottom; what it prints may differ, an error may not."""
    for name in ("nbval_rules.py",):
        shutil.copy(ROOT / "tests" / "lessons" / name, tmp_path)
    notebook = shutil.copy(ROOT / folder / f"{lesson}.ipynb", tmp_path)
    options = ["-q", "-p", "no:cacheprovider", "-p", "nbval_rules", "--nbval-current-env"]
    options += ["--nbval-lax", "--nbval-cell-timeout=600"]
    run(python, "-m", "pytest", *options, notebook, cwd=tmp_path, home=tmp_path, timeout=1800)


@pytest.mark.full
def test_the_first_cell_installs_the_course_and_leaves_the_rest_alone(colab, tmp_path):
    """The real cell, with this clone in place of the repository on GitHub."""
    *_, cell = around.openers("00_start_here", "owner/name")
    url = f"git+https://github.com/owner/name@v{graphrec_utils.__version__}"
    assert url in cell.source
    wheel = tmp_path / "wheel"
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", wheel, ROOT], check=True)
    (made,) = wheel.glob("*.whl")
    (tmp_path / "cell.py").write_text(cell.source.replace(url, str(made)), "utf-8")
    program = """
        import sys, types
        from importlib import metadata
        from IPython.terminal.interactiveshell import TerminalInteractiveShell

        sys.modules["google.colab"] = types.ModuleType("google.colab")
        before = {d.name.lower(): d.version for d in metadata.distributions()}
        shell = TerminalInteractiveShell.instance()
        shell.run_cell(open("cell.py", encoding="utf-8").read()).raise_error()
        import graphrec_utils
        after = {d.name.lower(): d.version for d in metadata.distributions()}
        print("moved", {k: after.get(k) for k, v in before.items() if after.get(k) != v})
        print("course", graphrec_utils.__version__)
        """
    (tmp_path / "program.py").write_text(textwrap.dedent(program), "utf-8")
    away = ["-m", "pip", "uninstall", "-q", "-y", "graphrec-utils"]  # of an earlier run
    run(colab, *away, cwd=tmp_path, home=tmp_path, course=False)
    said = run(colab, "program.py", cwd=tmp_path, home=tmp_path, course=False)
    assert f"course {graphrec_utils.__version__}" in said
    moved = re.search(r"moved (\{.*\})", said)[1]
    assert moved in ("{}", "{'graphrec-utils': None}"), moved


@pytest.mark.full
def test_commands_work_on_colab_and_the_doctor_tells_the_truth(colab, tmp_path, monkeypatch):
    """After the first cell there: torch-geometric is installed, jupyterlab and nbval are not."""
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    said = run(colab, "-m", "graphrec_utils", "doctor", cwd=tmp_path, home=tmp_path)
    assert "Google Colab" in said
    assert "All that is required is here." in said
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path / "state"))
    saved = tmp_path / "mine.json"
    run(colab, "-m", "graphrec_utils", "progress", "--export", saved, cwd=tmp_path, home=tmp_path)
    assert saved.exists()


@pytest.mark.full
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_a_lesson_runs_with_what_colab_has(colab, lesson, folder, tmp_path):
    lesson_runs(colab, lesson, folder, tmp_path)


@pytest.mark.full
def test_the_doctor_names_the_oldest_packages_and_finds_nothing_to_repair(lowest, tmp_path):
    said = run(lowest, "-m", "graphrec_utils", "doctor", cwd=tmp_path, home=tmp_path)
    for name, span in environment.requirements().items():
        program = f"from importlib.metadata import version; print(version({name!r}))"
        found = run(lowest, "-c", program, cwd=tmp_path, home=tmp_path).strip()
        assert f"✓ {name}{span}: {found}\n" in said
        assert re.match(r">=([\d.]+)", span)[1] in found
    assert f"packages are looked for in {lowest.parents[1]}\n" in said
    assert "in a virtual environment of yours" in said
    assert "All that is required is here." in said


@pytest.mark.full
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_with_the_oldest_packages(lowest, lesson, tmp_path):
    lesson_runs(lowest, lesson, "solutions", tmp_path)
