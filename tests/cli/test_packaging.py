"""What is installed, from what, and what a wheel contains: it has to work without a clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from importlib.metadata import metadata as metadata_of
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.cli.setup import environment, lock

ROOT = paths.PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def requirements() -> dict[str, Requirement]:
    lines = [line.split("#")[0].strip() for line in text("requirements.txt").splitlines()]
    return {r.name: r for r in map(Requirement, filter(None, lines))}


def pins(python: str = lock.PYTHONS[0]) -> dict[str, Version]:
    """Return what the lock pins on a Python, Linux."""
    here = {"python_version": python, "python_full_version": f"{python}.9"}
    here |= {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"}
    here |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    found = {}
    for entry in re.findall(r"(?m)^[A-Za-z0-9].*?(?= \\$)", text("constraints.txt")):
        requirement = Requirement(entry)
        if requirement.marker is None or requirement.marker.evaluate(here):
            assert requirement.name not in found, f"{requirement.name} twice on {python}"
            (exact,) = requirement.specifier
            assert exact.operator == "=="
            found[canonical(requirement.name)] = Version(exact.version)
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# Requirements and the lock.


def test_the_required_packages_are_those_of_the_design():
    assert set(requirements()) == {
        *("jupyterlab", "torch", "torch-geometric", "networkx", "matplotlib", "ipywidgets"),
        *("nbval", "pandas", "numpy", "scipy", "numba", "tqdm", "jinja2", "jsonschema", "pooch"),
    }


def test_requirements_are_plain_ranges():
    """Other people's tools read this file: no index, no options, no markers, no exact versions."""
    assert "://" not in text("requirements.txt")
    for requirement in requirements().values():
        assert requirement.marker is None
        assert {s.operator for s in requirement.specifier} <= {">=", "<"}, requirement


def test_the_command_line_reads_the_same_requirements():
    ours = {
        name: str(Requirement(f"{name}{r.specifier}").specifier)
        for name, r in requirements().items()
    }
    read = {
        name: str(Requirement(f"{name}{span}").specifier)
        for name, span in environment.requirements().items()
    }
    assert ours == read


@pytest.mark.parametrize("python", lock.PYTHONS)
def test_the_lock_pins_every_requirement_inside_its_range(python):
    pinned = pins(python)
    extras = [line for lines in EXTRAS.values() for line in lines]
    for line in [*map(str, requirements().values()), *extras]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[canonical(requirement.name)]), line


@pytest.mark.parametrize("kind", environment.KINDS)
def test_what_is_installed_here_is_in_the_part_of_the_lock_that_a_set_up_installs(kind):
    """Followed through the installed packages' own metadata instead of the lock's comments."""
    names = {
        canonical(name) for name in re.findall(r"(?m)^([\w.-]+)==", lock.text(kind, cuda=False))
    }
    todo, seen = [*environment.requirements(kind)], set()
    while todo:
        name = canonical(todo.pop())
        if name in seen or not environment.version(name):
            continue
        seen.add(name)
        wanted = map(Requirement, metadata_of(name).get_all("Requires-Dist") or [])
        todo += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    assert len(seen) > len(environment.requirements(kind)) / 2
    assert {name for name in seen - names if not name.startswith(lock.CUDA)} == set()


def test_the_lock_has_hashes_and_no_local_versions_and_no_addresses():
    """Each entry has one at least: where one has, pip wants them all."""
    pattern = (
        r"[a-z0-9.-]+==[0-9][0-9a-z.]*(?: ; [^\\;]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    )
    body = re.sub(r"(?m)^ *#.*\n", "", text("constraints.txt"))
    assert re.sub(pattern, "", body) == ""
    assert re.findall(r"\w+://|\+cpu", text("constraints.txt")) == []


def test_the_lock_says_how_it_is_made():
    assert text("constraints.txt").splitlines()[1] == f"#    {' '.join(lock.COMMAND)}"


def test_workflows_run_every_python_of_the_lock():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    tested = set(re.findall(r"\b3\.\d+\b", str(jobs["linux"]) + str(jobs["elsewhere"]["strategy"])))
    assert tested == set(lock.PYTHONS)


def test_the_extras_of_the_design_are_there():
    names = {extra: {Requirement(x).name for x in lines} for extra, lines in EXTRAS.items()}
    assert set(names) >= {"dev", "site", "live", "scale", "bench"}
    assert names["dev"] >= {"jupytext", "ruff", "pytest-xdist", "playwright"}
    assert names["site"] >= {"sphinx", "myst-nb", "sphinx-book-theme"}
    assert names["site"] >= {"sphinx-revealjs", "sphinx-mathjax-offline"}  # files for slides
    assert names["live"] == {"anywidget"}
    assert names["scale"] == {"dask", "ray"}


# The wheel.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The unpacked wheel, built from a copy of the sources without a download."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools 77 builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    junk = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("graphrec_utils", "data", "solutions", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=junk)
    for name in ("pyproject.toml", "setup.py", "requirements.txt", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "-v", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*command, "-w", str(folder), str(source)], cwd=folder, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert re.findall(r"\w*Warning:.*", built.stdout) == []
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def metadata(wheel):
    (path,) = wheel.glob("*.dist-info/METADATA")
    return Parser().parsestr(path.read_text("utf-8"))


def run(wheel, folder, *arguments):
    """Run a Python in an empty folder that sees the wheel before anything else, and no clone."""
    variables = os.environ | {"PYTHONPATH": str(wheel), "GRAPHREC_STATE": str(folder / "state")}
    for name in ("GRAPHREC_DATA_DIR", "PYTEST_ADDOPTS"):
        variables.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=variables, capture_output=True, text=True
    )


def test_the_wheel_requires_what_requirements_txt_says(wheel):
    lines = [Requirement(x) for x in metadata(wheel).get_all("Requires-Dist")]
    found = {r.name: r.specifier for r in lines if r.marker is None}
    assert found == {name: r.specifier for name, r in requirements().items()}


def test_the_wheel_has_version_and_license(wheel):
    assert metadata(wheel)["Version"] == graphrec_utils.__version__
    assert metadata(wheel)["License-Expression"] == "MIT AND CC-BY-4.0"
    assert list(wheel.glob("*.dist-info/licenses/LICENSE"))


def test_the_wheel_has_every_module_and_static_file_of_the_package(wheel):
    kinds = {".py", ".js", ".css", ".html", ".json", ".md", ".svg", ".toml"}
    files = {path.relative_to(ROOT) for path in paths.PACKAGE.rglob("*") if path.suffix in kinds}
    assert files, "no files found"
    assert {path for path in files if not (wheel / path).exists()} == set()


def test_the_wheel_has_no_solutions_no_tests_and_no_benchmarks(wheel):
    assert {path.name.split("-")[0] for path in wheel.iterdir()} == {"graphrec_utils"}
    modules = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*.py")}
    assert modules == {
        path.relative_to(ROOT).as_posix() for path in paths.PACKAGE.rglob("*.py")
    }  # and of these:
    assert {name for name in modules if "bench" in name} == {"graphrec_utils/cli/bench.py"}
    assert len((wheel / "graphrec_utils" / "cli" / "bench.py").read_text("utf-8")) < 2_000


def test_the_wheel_has_the_course_data(wheel):
    packed = wheel / "graphrec_utils" / "course_data"
    data = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    assert data, "no data found"
    missing = [p for p in data if not (packed / p.relative_to(ROOT / "data")).exists()]
    assert missing == []


def test_outside_a_clone_the_package_finds_its_data(wheel, tmp_path):
    code = (
        "from graphrec_utils import paths\nfrom graphrec_utils.cli.setup import environment\n"
        "print(paths.root(), (paths.data() / 'registry.json').exists(), *environment.requirements())"
    )
    done = run(wheel, tmp_path, "-c", code)
    assert done.stdout.split() == ["None", "True", *requirements()], done.stderr


def test_outside_a_clone_the_command_line_says_what_it_can(wheel, tmp_path):
    help_ = run(wheel, tmp_path, "-m", "graphrec_utils", "--help")
    assert help_.returncode == 0
    lab = run(wheel, tmp_path, "-m", "graphrec_utils", "lab")
    assert lab.returncode == 2
    assert "clone the repository first" in lab.stderr


def test_the_first_lesson_runs_with_the_wheel_alone(wheel, tmp_path):
    lessons = sorted((ROOT / "notebooks").glob("00_*.ipynb"))
    if not lessons:
        pytest.skip("notebooks/00_*.ipynb is not built yet")
    (notebook,) = lessons
    shutil.copy(notebook, tmp_path)
    rules = ROOT / "tests" / "lessons"
    shutil.copy(rules / "nbval_rules.py", tmp_path)
    options = ["-q", "-p", "no:cacheprovider", "-p", "nbval_rules", "--nbval-current-env"]
    done = run(wheel, tmp_path, "-m", "pytest", *options, "--nbval-lax", notebook.name)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


# The other files of the root.


def test_the_torch_index_is_named_in_two_places_only():
    """A list of packages with an index in it would give CUDA machines a CPU build."""
    host = re.search(r"//([^/]+)/", lock.TORCH_INDEX)[1]
    named = {str(path) for path in tracked() if host in read(path)}
    assert named - {"graphrec_utils/cli/setup/lock.py", ".binder/requirements.txt"} == set()
    assert "graphrec_utils/cli/setup/lock.py" in named


def test_the_citation_is_readable_and_current():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == graphrec_utils.__version__
    assert citation["authors"] == [{"name": "the course contributors"}]
    assert {"message", "title"} <= set(citation)


def test_the_license_covers_code_and_text():
    assert text("LICENSE").startswith("MIT License")
    assert "CC BY 4.0" in text("LICENSE")


def test_ci_runs_the_command_of_the_readme():
    *_, last = filter(None, text(".ci/run").splitlines())
    assert last == "python3 -m graphrec_utils test"
    assert "set -euo pipefail" in text(".ci/run")
    workflow = yaml.safe_load(text(".github/workflows/ci.yml"))
    assert last in [step.get("run") for step in workflow["jobs"]["linux"]["steps"]]
    assert workflow["concurrency"]["cancel-in-progress"] is True


@pytest.mark.parametrize("name", ["ci", "grade", "pages", "weekly"])
def test_actions_are_pinned_to_a_major_version(name):
    used = re.findall(r"uses: (actions/\S+)", text(f".github/workflows/{name}.yml"))
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", action)] == []


def test_the_site_is_built_by_its_command_and_published_from_main_only():
    workflow = yaml.safe_load(text(".github/workflows/pages.yml"))
    steps = workflow["jobs"]["publish"]["steps"]
    assert "python3 -m graphrec_utils site --yes" in [step.get("run") for step in steps]
    assert workflow[True]["push"]["branches"] == ["main"]  # YAML reads `on` as True
    assert {"path": "build/site"} in [step.get("with") for step in steps]


def test_once_a_week_everything_runs():
    workflow = yaml.safe_load(text(".github/workflows/weekly.yml"))
    assert workflow[True]["schedule"]
    runs = {
        name: [step.get("run") for step in job["steps"]] for name, job in workflow["jobs"].items()
    }
    assert "python3 -m graphrec_utils test --full" in runs["full"]
    assert (
        "python3 -m graphrec_utils test -- tests/library tests/course tests/cli tests/lessons"
        in runs["newest"]
    )


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_ci_can_be_run():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    if shutil.which("bash"):
        assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"]).returncode == 0


def test_pre_commit_uses_the_pinned_ruff():
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    ruffs = {x for hook in hooks for x in hook.get("additional_dependencies", []) if "ruff" in x}
    assert ruffs == {f"ruff=={pins()['ruff']}"}


def tracked() -> list[Path]:
    """Return the files that git knows, relative to the root; without git, skip."""
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True)
    if done.returncode:
        pytest.skip("not a git clone")
    names = [Path(name) for name in done.stdout.decode().split("\0") if name]
    return [name for name in names if (ROOT / name).is_file()]


def read(path: Path) -> str:
    return (ROOT / path).read_text("utf-8", errors="ignore")
