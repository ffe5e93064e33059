"""The command line as its users meet it: help, slips of the pen, exit codes."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from small_course import SmallCourse

from graphrec_utils import __main__ as cli
from graphrec_utils import paths
from graphrec_utils.cli import doctor, lab, reset, shared, test
from graphrec_utils.cli.setup import bootstrap, environment
from graphrec_utils.cli.setup.environment import CannotRun

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with two lessons."""
    for name in ("notebooks", "solutions", "data"):
        (tmp_path / name).mkdir()
    for name in ("00_start_here", "06_lightgcn"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(f'"{name} as handed out"\n')
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def committed(clone):
    """The same as a git repository with one commit."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "lessons"]):
        subprocess.run(["git", "-C", str(clone), *command], check=True)
    return clone


def run(*arguments, cwd=None, options=(), **variables):
    """Run the real command line in a process of its own; options are those of Python."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    return subprocess.run(
        [sys.executable, *options, "-m", "graphrec_utils", *arguments],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(paths.PACKAGE.parent)} | variables,
        capture_output=True,
        text=True,
    )


def lines(capsys):
    return capsys.readouterr().out.splitlines()


# Help and slips of the pen.


def test_without_arguments_every_command_is_listed_with_a_sentence(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    for name, (sentence, *_) in cli.COMMANDS.items():
        assert f"  {name} " in shown
        assert sentence in shown


def test_help_lists_every_command_once_by_who_needs_it(capsys):
    named = [name for names in cli.ROLES.values() for name in names]
    assert sorted(named) == sorted(cli.COMMANDS)
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown if line.startswith("  ")] == named
    assert [line[:-1] for line in shown if line.endswith(":")] == list(cli.ROLES)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_listed_command_exists_and_its_help_has_an_example(name, capsys):
    _, module, kind = cli.COMMANDS[name]
    assert callable(importlib.import_module(module).main)
    assert kind in (None, *environment.KINDS)
    assert cli.main([name, "--help"]) == 0
    assert f"example: python3 -m graphrec_utils {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_wrong_option_ends_with_2(name, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "ensure", lambda kind, arguments: None)
    assert cli.main([name, "--no-such-option"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed, hint",
    [("lba", "did you mean `lab`?"), ("tests", "did you mean `test`?"), ("x", "there are lab, ")],
)
def test_an_unknown_command_gets_the_nearest_one(typed, hint, capsys):
    assert cli.main([typed]) == 2
    assert hint in capsys.readouterr().err


def test_help_without_the_packages_is_one_line_and_installs_nothing(monkeypatch, capsys):
    """As on a fresh machine: the module cannot be imported, and nothing was set up."""
    monkeypatch.setattr(bootstrap, "ready", lambda kind: False)
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("a set-up"))
    monkeypatch.setitem(cli.COMMANDS, "build", ("make", "graphrec_utils.no_such", "test"))
    assert cli.main(["build", "--help"]) == 0
    assert capsys.readouterr().out.startswith("build: make\n")


def test_a_module_that_cannot_be_imported_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setitem(cli.COMMANDS, "build", ("make", "graphrec_utils.no_such", None))
    assert cli.main(["build"]) == 2
    error = capsys.readouterr().err
    assert "No module named 'graphrec_utils.no_such'" in error
    assert "doctor` tells what is missing" in error


def test_what_a_command_needs_is_ensured_before_it_is_imported(monkeypatch):
    asked = []
    monkeypatch.setattr(
        bootstrap, "ensure", lambda kind, arguments: asked.append((kind, arguments))
    )
    monkeypatch.setitem(cli.COMMANDS, "build", ("make", "graphrec_utils.no_such", "test"))
    assert cli.main(["build", "06", "--", "--help"]) == 2
    assert asked == [("test", ["build", "06", "--", "--help"])]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_what_is_for_authors_is_installed_after_a_question_only(name, monkeypatch):
    asked = []
    monkeypatch.setattr(bootstrap, "ensure", lambda kind, arguments: None)
    monkeypatch.setattr(bootstrap, "ask", lambda kind, arguments: asked.append(arguments))
    kind = cli.COMMANDS[name][2]
    monkeypatch.setitem(cli.COMMANDS, name, ("do", "graphrec_utils.no_such", kind))
    assert cli.main([name, "00"]) == 2
    assert asked == ([[name, "00"]] if kind == "test" else [])
    assert (kind == "test") == (name in ("build", "slides", "site", "export"))


@pytest.mark.parametrize(
    "raised, code, said",
    [
        (CannotRun("the disk is full."), 2, "graphrec_utils: the disk is full.\n"),
        (KeyboardInterrupt(), 130, "graphrec_utils: stopped.\n"),
    ],
)
def test_a_foreseeable_end_is_a_sentence(raised, code, said, monkeypatch, capsys):
    def fail(argv):
        raise raised

    monkeypatch.setattr(doctor, "main", fail)
    assert cli.main(["doctor"]) == code
    assert capsys.readouterr().err == said


# An old Python.


def test_an_old_python_gets_one_sentence(monkeypatch, capsys):
    old = namedtuple("version_info", "major minor micro")(3, 8, 18)
    monkeypatch.setattr(sys, "version_info", old)
    monkeypatch.setattr(cli, "newer", lambda argv: "get a newer one")
    assert cli.main(["lab"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("graphrec_utils: the course needs Python 3.11 or newer and this is 3.8")
    assert error.count("\n") == 1


def test_a_newer_python_of_the_machine_is_named(monkeypatch):
    monkeypatch.setattr(subprocess, "call", lambda command, **_: int(command[0] != "python3.12"))
    assert cli.newer(["lab", "06"]) == "try python3.12 -m graphrec_utils lab 06"


def test_where_there_is_no_newer_python_its_source_is_named(monkeypatch):
    def absent(command, **_):
        raise FileNotFoundError(command[0])

    monkeypatch.setattr(subprocess, "call", absent)
    assert "python.org" in cli.newer(["lab"])


def old_pythons():
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return sorted(p / "bin" / "python" for p in versions.glob("3.*") if old_minor(p.name))


def old_minor(name):
    minor = name.split(".")[1]
    return minor.isdigit() and 6 <= int(minor) < 11


def test_real_old_pythons_say_the_sentence():
    found = [path for path in old_pythons() if path.exists()]
    if not found:
        pytest.skip("no Python older than 3.11 is installed under pyenv")
    for python in found:
        done = subprocess.run(
            [python, "-m", "graphrec_utils", "lab"],
            cwd=paths.PACKAGE.parent,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2, python
        assert "the course needs Python 3.11 or newer" in done.stderr
        assert done.stderr.count("\n") == 1


# lab


@pytest.fixture
def launched(clone, monkeypatch):
    """The command line that `lab` would turn into."""
    seen = []
    monkeypatch.setattr(bootstrap, "ensure", lambda kind, arguments: None)
    monkeypatch.setattr(bootstrap, "run_instead", seen.extend)
    return seen


def test_lab_shows_the_course_folder_and_its_first_lesson(launched, clone, capsys):
    lab.main([])
    assert launched[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={clone}" in launched
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in launched
    assert capsys.readouterr().out.startswith("00_start_here: JupyterLab opens in your browser")


@pytest.mark.parametrize(
    ("points", "number"),
    [
        ({}, "00"),
        ({"00.1": 2, "00.2": 3}, "00"),
        ({"00.1": 2, "00.2": 3, "00.3": 5}, "06"),  # the next that this clone has
        ({"00.1": 2, "06.1": 0}, "00"),  # run, and nothing solved
        ({"00.1": 2, "06.1": 1}, "06"),
    ],
)
def test_lab_opens_the_lesson_the_student_is_in(launched, monkeypatch, clone, points, number):
    out_of = {"00.1": 2, "00.2": 3, "00.3": 5, "06.1": 5}
    entries = {k: {"points": v, "max_points": out_of[k], "tries": 1} for k, v in points.items()}
    monkeypatch.setenv("GRAPHREC_STATE", str(clone / "state"))
    paths.write(clone / "state" / "progress.json", json.dumps({"exercises": entries}))
    lab.main([])
    assert [x for x in launched if f"notebooks/{number}_" in x]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": {"00.1": 3}}'])
def test_a_damaged_progress_file_opens_the_first_lesson(launched, monkeypatch, clone, text):
    monkeypatch.setenv("GRAPHREC_STATE", str(clone / "state"))
    paths.write(clone / "state" / "progress.json", text)
    lab.main([])
    assert [x for x in launched if "notebooks/00_" in x]


@pytest.mark.parametrize("number", ["06", "6"])
def test_lab_opens_a_lesson(launched, number):
    lab.main([number])
    assert "--LabApp.default_url=/lab/tree/notebooks/06_lightgcn.ipynb" in launched


def test_what_follows_two_dashes_goes_to_jupyterlab_last(launched):
    lab.main(["06", "--", "--no-browser", "--help"])
    assert launched[-2:] == ["--no-browser", "--help"]


@pytest.mark.parametrize("uid, allowed", [(0, True), (1000, False)])
def test_only_root_is_allowed_to_be_root(launched, monkeypatch, uid, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: uid, raising=False)
    lab.main([])
    assert ("--allow-root" in launched) == allowed


@pytest.mark.parametrize("wrong", ["07", "lightgcn", "../06", "6_"])
def test_an_unknown_lesson_is_told_before_anything_is_installed(clone, monkeypatch, wrong):
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("a set-up"))
    with pytest.raises(CannotRun, match=r"there is no lesson .*; the lessons are 00, 06"):
        lab.main([wrong])


def test_a_students_copy_is_not_a_lesson(clone):
    (clone / "notebooks" / "06_lightgcn.mine-1.ipynb").write_text("{}")
    (clone / "notebooks" / "07_x.mine-1.ipynb").write_text("{}")
    assert shared.notebook("06").name == "06_lightgcn.ipynb"
    with pytest.raises(CannotRun):
        shared.notebook("07")


@pytest.mark.parametrize("command", [lab.main, test.main])
def test_outside_a_clone_the_clone_is_asked_for(monkeypatch, command):
    monkeypatch.setattr(paths, "root", lambda: None)
    with pytest.raises(CannotRun, match="clone the repository first"):
        command([])


# test


NUMBERS = itertools.count()


@pytest.fixture
def suite(clone, monkeypatch):
    """A clone with a suite of its own; returns a function that runs it in this process."""
    (clone / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\n"
        "testpaths = ['tests']\n"
        "addopts = '--import-mode=importlib -p no:cacheprovider'\n"
    )
    (clone / "tests").mkdir()
    shutil.copy(Path(__file__).parents[1] / "conftest.py", clone / "tests")
    monkeypatch.chdir(clone)  # so that leaving the test undoes what the command does
    for name in ("PYTHONPATH", *environment.ONE_THREAD):
        monkeypatch.setenv(name, os.environ.get(name, "1"))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)  # meant for the suite that we are in
    monkeypatch.setattr(bootstrap, "ensure", lambda kind, arguments: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # as without xdist

    def run_suite(text, *arguments):
        for old in (clone / "tests").glob("test_*.py"):
            old.unlink()
        # a new name each time: Python has read the old one
        (clone / "tests" / f"test_{next(NUMBERS)}.py").write_text("import pytest\n" + text)
        return test.main(list(arguments))

    return run_suite


@pytest.mark.parametrize(
    "text, code, line",
    [
        ("def test_a(): pass\ndef test_b(): pytest.skip('x')", 0, "1 passed, 0 failed, 1 skipped"),
        ("def test_a(): pass\ndef test_b(): assert 0", 1, "1 passed, 1 failed, 0 skipped"),
        ("@pytest.mark.xfail\ndef test_a(): assert 0", 0, "0 passed, 0 failed, 1 skipped"),
        ("import no_such_module", 1, "0 passed, 1 failed, 0 skipped"),
        ("def test_a(no_such_fixture): pass", 1, "0 passed, 1 failed, 0 skipped"),
        ("", 2, "0 passed, 0 failed, 0 skipped"),
    ],
)
def test_the_suite_ends_with_one_line_and_a_matching_code(suite, capsys, text, code, line):
    assert suite(text) == code
    assert lines(capsys)[-1] == line


def test_what_follows_two_dashes_goes_to_pytest(suite, capsys):
    text = "def test_a(): pass\ndef test_b(): assert 0"
    assert suite(text, "--", "-k", "test_a") == 0
    assert lines(capsys)[-1] == "1 passed, 0 failed, 0 skipped"


def test_long_tests_run_with_full_only(suite, capsys):
    text = "@pytest.mark.full\ndef test_a(): pass"
    suite(text)
    assert lines(capsys)[-1] == "0 passed, 0 failed, 1 skipped"
    suite(text, "--full")
    assert lines(capsys)[-1] == "1 passed, 0 failed, 0 skipped"


def test_a_wrong_pytest_option_could_not_run(suite, capsys):
    assert suite("def test_a(): pass", "--", "--no-such-option") == 2
    assert lines(capsys)[-1] == "0 passed, 0 failed, 0 skipped"


def test_several_processes_are_counted_together(clone):
    """The real thing, with xdist: two files, each in a process of its own."""
    pytest.importorskip("xdist")
    for name in ("a", "b"):
        text = "def test_1(): pass\ndef test_2(): assert False\n"
        (clone / "tests").mkdir(exist_ok=True)
        (clone / "tests" / f"test_{name}.py").write_text(text)
    done = run("test", "--", "-p", "no:nbval", "-p", "no:cacheprovider", str(clone / "tests"))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 passed, 2 failed, 0 skipped"
    assert re.search(r"4 tests in [2-5] processes", done.stdout)


# reset


@needs_git
def test_reset_restores_the_lesson_and_keeps_yours(committed, capsys):
    lesson = committed / "notebooks" / "06_lightgcn.ipynb"
    for n in (1, 2):
        lesson.write_text(f"my work {n}")
        assert reset.main(["6"]) == 0
        assert lesson.read_text() == '"06_lightgcn as handed out"\n'
        kept = lesson.with_name(f"06_lightgcn.mine-{n}.ipynb")
        assert kept.read_text() == f"my work {n}"
        assert f"notebooks/{kept.name}" in capsys.readouterr().out
    assert not list(lesson.parent.glob("*.part"))


@needs_git
def test_an_untouched_lesson_is_left_alone(committed, capsys):
    assert reset.main(["06"]) == 0
    assert "nothing to restore" in capsys.readouterr().out
    assert len(list((committed / "notebooks").iterdir())) == 2


@needs_git
def test_a_deleted_lesson_comes_back(committed):
    lesson = committed / "notebooks" / "06_lightgcn.ipynb"
    lesson.unlink()
    assert reset.main(["06"]) == 0
    assert lesson.exists()
    assert not list(lesson.parent.glob("*mine*"))


@needs_git
def test_a_lesson_that_was_never_there_is_told(committed):
    with pytest.raises(CannotRun, match="there is no lesson '07'; the lessons are 00, 06"):
        reset.main(["07"])


@needs_git
def test_a_clone_inside_another_repository_is_read_from_its_own_folder(tmp_path, monkeypatch):
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    (course / "notebooks" / "06_x.ipynb").write_text("original")
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    (course / "notebooks" / "06_x.ipynb").write_text("mine")
    monkeypatch.setattr(paths, "root", lambda: course)
    reset.main(["06"])
    assert (course / "notebooks" / "06_x.ipynb").read_text() == "original"


@needs_git
def test_a_download_without_git_history_is_told_and_left_alone(clone, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(clone.parent))
    (clone / "notebooks" / "06_lightgcn.ipynb").write_text("mine")
    with pytest.raises(CannotRun, match="Download the lesson again"):
        reset.main(["06"])
    assert (clone / "notebooks" / "06_lightgcn.ipynb").read_text() == "mine"


def test_without_git_the_sentence_names_it(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone))
    with pytest.raises(CannotRun, match="needs git, which is not installed"):
        reset.main(["06"])


@needs_git
def test_a_disk_that_is_full_costs_nothing(committed, monkeypatch):
    lesson = committed / "notebooks" / "06_lightgcn.ipynb"
    lesson.write_text("mine")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CannotRun, match="your version is unchanged"):
        reset.main(["06"])
    assert lesson.read_text() == "mine"
    assert len(list(lesson.parent.iterdir())) == 2  # no half a copy


# doctor


def test_doctor_has_a_line_for_every_requirement(capsys):
    code = doctor.main([])
    shown = lines(capsys)
    for name, span in environment.requirements().items():
        (line,) = [x for x in shown if f" {name}{span}" in x.split(":")[0]]
        assert line[0] in "✓✗"
    broken = [x for x in shown if x.startswith("✗") and "(optional)" not in x]
    assert code == (1 if broken else 0)


def test_doctor_says_how_to_get_what_is_missing(monkeypatch, capsys):
    there = environment.version
    monkeypatch.setattr(
        environment, "version", lambda n, site=None: None if n == "torch" else there(n, site)
    )
    monkeypatch.setattr(doctor, "import_errors", lambda python, names: {})
    monkeypatch.setattr(doctor, "used", lambda: (sys.executable, Path(sys.prefix), None))
    assert doctor.main([]) == 1
    (line,) = [x for x in lines(capsys) if x.startswith("✗ torch>=")]
    assert line.endswith("→ `python3 -m graphrec_utils lab` installs it")


def test_doctor_finds_a_package_that_cannot_be_imported(tmp_path, monkeypatch):
    (tmp_path / "good_one.py").write_text("")
    (tmp_path / "bad_one.py").write_text("raise OSError('a library is missing')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = doctor.import_errors(sys.executable, ["good-one", "bad-one"])
    assert found == {"bad-one": "OSError: a library is missing"}


def test_doctor_survives_a_python_that_dies(tmp_path):
    found = doctor.import_errors(str(tmp_path / "no-python"), ["torch"])
    assert "FileNotFoundError" in found["torch"]


def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path):
    finding = doctor.writable(tmp_path / "not there")
    assert not finding.good
    assert "→ copy the course to a folder of your own" in str(finding)


def test_a_full_disk_is_a_finding(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(9e9, 9e9, 1e8))
    assert str(doctor.room(tmp_path)).startswith("✗ disk: 0.1 GB free, ")


@pytest.mark.parametrize("value, good", [("4", True), ("", False), ("many", False)])
def test_a_wrong_number_of_threads_is_a_finding(monkeypatch, value, good):
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert doctor.threads().good == good


def test_a_relative_data_folder_is_looked_for_in_the_clone(clone, monkeypatch):
    monkeypatch.setenv("GRAPHREC_DATA_DIR", "mine")
    assert not doctor.downloads().good
    (clone / "mine").mkdir()
    assert doctor.downloads().good
    assert str(clone / "mine") in doctor.downloads().found


def test_a_missing_browser_is_optional(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert str(doctor.browser()).startswith("✗ Chromium (optional): not found → install Debian's")
    assert not doctor.browser().required


def test_a_missing_kernel_is_a_finding(tmp_path):
    finding = doctor.kernel("python", tmp_path)
    assert not finding.good
    assert "ipykernel install --sys-prefix" in finding.fix


@pytest.fixture
def bare(tmp_path):
    """A function that runs a command as on a fresh machine: no packages (-S) and no .venv."""
    root = SmallCourse(tmp_path).root
    return lambda *arguments, **variables: run(
        *arguments, options=["-S"], cwd=root, PYTHONPATH=str(root), **variables
    )


def test_doctor_runs_without_any_package(bare):
    done = bare("doctor")
    assert done.stderr == ""
    assert done.returncode == 1
    assert "✓ Python: " in done.stdout
    assert "✗ graphrec-demo>=1: not in " in done.stdout


# The real thing, in a process of its own.


def test_the_command_line_works_from_any_directory_in_both_forms(tmp_path):
    by_name = run("--help", cwd=tmp_path)
    by_folder = subprocess.run(
        [sys.executable, str(paths.PACKAGE), "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert by_name.stdout == by_folder.stdout
    assert "usage: python3 -m graphrec_utils COMMAND" in by_name.stdout


def test_a_console_that_cannot_show_a_check_mark_is_survived(bare):
    done = bare("doctor", PYTHONIOENCODING="ascii:strict")
    assert "? Python: " in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a closed pipe is another error there")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("asked", ["doctor", "--help", "grade --help"])
def test_a_reader_that_stops_listening_is_survived(tmp_path, asked, unbuffered):
    root = SmallCourse(tmp_path).root
    nobody, ours = os.pipe()
    os.close(nobody)
    command = [sys.executable, "-S", "-m", "graphrec_utils", *asked.split()]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, cwd=root, env=environment, stdout=ours, stderr=subprocess.PIPE, text=True)  # fmt: skip
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, "")
