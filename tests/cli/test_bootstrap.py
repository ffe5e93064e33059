"""Decisions of the set-up, and what a user reads when it cannot be done; nothing is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple

import pytest
from packaging.specifiers import SpecifierSet
from small_course import SILENCE, file_server, silent_server

from graphrec_utils import paths
from graphrec_utils.cli.setup import bootstrap, environment, installer, lock
from graphrec_utils.cli.setup.environment import CannotRun

Usage = namedtuple("Usage", "total used free")
posix = pytest.mark.skipif(os.name != "posix", reason="uses a shell script as a Python")


LOCK = """\
# made by uv
graphrec-demo==1.3 ; sys_platform != 'other' \\
    --hash=sha256:00 \\
    --hash=sha256:01
    # via the-course (pyproject.toml)
helper==2.0 \\
    --hash=sha256:02
    # via
    #   graphrec-demo
    #   somebody
more==4 \\
    --hash=sha256:03
    # via the-course (pyproject.toml)
nvidia-cublas==13.1 ; sys_platform == 'linux' \\
    --hash=sha256:04
    # via torch
stray==5 \\
    --hash=sha256:05
    # via somebody
torch==2.13.0 \\
    --hash=sha256:06
    # via the-course (pyproject.toml)
under-cublas==1 \\
    --hash=sha256:07
    # via nvidia-cublas
"""


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """An empty clone that needs one package, which is nowhere."""
    (tmp_path / "requirements.txt").write_text("graphrec-demo>=1\ntorch>=2.4\n")
    (tmp_path / "constraints.txt").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text(
        '[project.optional-dependencies]\ndev = ["more"]\nsite = []\n'
    )
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


def fake_python(folder, script):
    """Write a program that a set-up takes for the Python of `.venv`."""
    path = folder / ".venv" / "bin" / "python"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


# What is needed, what is here.


def test_requirements_are_names_with_ranges(clone):
    (clone / "requirements.txt").write_text("# why\n\n-r other.txt\na-b >= 1, <2  # note\nC\n")
    assert environment.requirements() == {"a-b": ">=1,<2", "C": ""}
    assert environment.requirements("test") == {"a-b": ">=1,<2", "C": "", "more": ""}


@pytest.mark.parametrize("span", ["", ">=4.2,<5", ">=2", "==1.26", "!=2.0", ">1.9", "<=2.4"])
@pytest.mark.parametrize("found", ["1.9.9", "1.26", "2", "2.0.0", "2.13.0", "2.4.1", "5.0"])
def test_ranges_are_read_as_packaging_reads_them(found, span):
    assert environment.satisfies(found, span) == (found in SpecifierSet(span))


def test_a_local_build_counts_as_its_release():
    assert environment.satisfies("2.13.0+cpu", ">=2.13.0")


def test_a_range_that_is_not_understood_is_not_passed_over():
    with pytest.raises(ValueError, match=r"cannot read the version range '~=2\.0'"):
        environment.satisfies("2.1", "~=2.0")


def test_every_range_of_the_course_is_understood():
    for kind in environment.KINDS:
        for span in environment.requirements(kind).values():
            environment.satisfies("1.0", span)


def test_missing_names_what_is_absent_and_what_is_too_old(clone):
    site = clone / "site"
    (site / "torch-2.0.1.dist-info").mkdir(parents=True)
    (site / "torch-2.0.1.dist-info" / "METADATA").write_text("Name: torch\nVersion: 2.0.1\n")
    assert environment.missing("lab", site) == ["graphrec-demo", "torch>=2.4 (has 2.0.1)"]


# When something is made, and when not.


def test_an_environment_with_the_packages_is_used_as_it_is(clone, monkeypatch):
    (clone / "requirements.txt").write_text("pytest>=1\n")
    monkeypatch.setattr(bootstrap, "set_up", lambda kind: pytest.fail("a set-up"))
    monkeypatch.setattr(bootstrap, "run_instead", lambda command: pytest.fail("a restart"))
    bootstrap.ensure("lab", ["lab"])
    assert not (clone / ".venv").exists()


def test_without_a_clone_the_packages_are_named(clone, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: None)
    monkeypatch.setattr(environment, "missing", lambda kind: ["torch", "numba"])
    with pytest.raises(CannotRun, match="pip install torch numba"):
        bootstrap.ensure("lab", ["lab"])


def test_another_environment_that_lacks_packages_is_left_as_it_is(clone, monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/somebody's/env")
    opening = bootstrap._opening(clone / ".venv")
    assert opening.startswith("The environment /somebody's/env lacks graphrec-demo")
    assert "is left as it is" in opening


@pytest.mark.parametrize("typed", ["", "n", "what?"])
def test_who_does_not_say_yes_gets_nothing_installed(clone, monkeypatch, typed):
    asked = []
    monkeypatch.setattr(sys, "stdin", namedtuple("Terminal", "isatty")(lambda: True))
    monkeypatch.setattr("builtins.input", lambda said: asked.append(said) or typed)
    with pytest.raises(CannotRun, match="nothing was installed"):
        bootstrap.ask("test", ["site"])
    assert "site has to install graphrec-demo" in asked[0] and str(clone / ".venv") in asked[0]
    monkeypatch.setattr("builtins.input", lambda said: " Y ")
    bootstrap.ask("test", ["site"])


def test_nobody_to_ask_is_one_sentence_with_what_to_type(clone, monkeypatch):
    monkeypatch.setattr(sys, "stdin", namedtuple("Pipe", "isatty")(lambda: False))
    monkeypatch.setattr("builtins.input", lambda said: pytest.fail("a question to nobody"))
    with pytest.raises(CannotRun, match="graphrec_utils site --out x --yes`"):
        bootstrap.ask("test", ["site", "--out", "x"])
    bootstrap.ask("test", ["site", "--yes"])
    monkeypatch.setattr(environment, "missing", lambda kind, site=None: [])
    bootstrap.ask("test", ["site"])  # all is here: nothing to ask


def test_changed_requirements_make_an_environment_stale(clone, monkeypatch):
    monkeypatch.setattr(environment, "missing", lambda kind, site=None: [])
    python = environment.python(clone / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (clone / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (clone / ".venv" / "Lib" / "site-packages").mkdir(parents=True, exist_ok=True)
    bootstrap._write_marks({"lab": bootstrap.digest("lab")})
    assert bootstrap.ready("lab")
    assert not bootstrap.ready("test")
    (clone / "constraints.txt").write_text(LOCK.replace("2.13.0", "2.5.0"))
    assert not bootstrap.ready("lab")


@pytest.mark.parametrize("damaged", ["", "[]", '{"lab": ', '{"lab": 3}'])
def test_a_damaged_marker_means_unfinished(clone, damaged):
    (clone / ".venv").mkdir()
    (clone / ".venv" / bootstrap.MARKER).write_text(damaged)
    assert (bootstrap._read_marks() or {}).get("lab") != bootstrap.digest("lab")
    assert bootstrap._read_marks() is not None


# The lock.


def test_of_the_lock_comes_what_is_needed_and_what_that_asks_for(clone):
    def names(*arguments, **options):
        return re.findall(r"(?m)^([a-z-]+)==", lock.text(*arguments, **options))

    lab = ["graphrec-demo", "helper", "nvidia-cublas", "torch", "under-cublas"]
    assert names("lab") == lab
    assert names("test") == sorted([*lab, "more"])
    assert names("lab", cuda=False) == ["graphrec-demo", "helper", "torch"]


def test_an_entry_keeps_its_condition_and_its_hashes(clone):
    first = "graphrec-demo==1.3 ; sys_platform != 'other'"
    hashes = " \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
    assert lock.text("lab").startswith(f"{first}{hashes}helper==2.0 \\\n")
    assert lock.text("lab", hashes=False).startswith(f"{first}\nhelper==2.0\n")
    assert lock.pin("graphrec-demo") == "graphrec-demo==1.3"


@pytest.fixture
def calls(clone, monkeypatch):
    """What pip is told; a CPU build of PyTorch is here if its options are asked for."""
    made = []
    (clone / ".venv").mkdir()
    monkeypatch.setattr(bootstrap, "_cpu_build", lambda *_: None)
    monkeypatch.setattr(installer, "install", lambda python, what, log: made.append(what))
    return made


@pytest.mark.parametrize("version", lock.PYTHONS)
def test_on_the_pythons_of_the_lock_it_decides(clone, calls, version):
    bootstrap._install("test", clone / ".venv", "python", version)
    assert calls == [["-r", clone / ".venv" / "lock.txt"]]
    assert (clone / ".venv" / "lock.txt").read_text() == lock.text("test")


def test_on_another_python_the_ranges_decide(clone, calls):
    bootstrap._install("test", clone / ".venv", "python", "3.99")
    assert calls == [["-r", clone / "requirements.txt", "more"]]


def test_a_lock_without_a_build_for_this_machine_is_dropped(clone, calls, monkeypatch, capsys):
    def install(python, what, log):
        calls.append(what)
        if "lock.txt" in str(what):
            raise CannotRun(installer.explain("ERROR: No matching distribution found for a==1"))

    monkeypatch.setattr(installer, "install", install)
    bootstrap._install("lab", clone / ".venv", "python", "3.11")
    assert calls[1:] == [["-r", clone / "requirements.txt"]]
    assert "constraints.txt does not fit this machine" in capsys.readouterr().out


@pytest.mark.parametrize("version, python", [("torch==2.13.0", "3.11"), ("torch>=2.4", "3.99")])
def test_a_cpu_build_comes_first_and_alone(clone, calls, monkeypatch, version, python):
    """Its hash is not in the lock; of what the CUDA build needs nothing is installed."""
    monkeypatch.setattr(bootstrap, "_cpu_build", lambda *_: ["--index-url", "cpu"])
    monkeypatch.setattr(bootstrap, "_torch", lambda folder: "2.13.0+cpu")
    bootstrap._install("lab", clone / ".venv", "python", python)
    assert calls[0] == ["--no-deps", "--index-url", "cpu", version]
    if python in lock.PYTHONS:
        assert "nvidia" not in (clone / ".venv" / "lock.txt").read_text()


def test_without_the_cpu_build_pip_goes_on_with_its_own(clone, calls, monkeypatch, capsys):
    def install(python, what, log):
        calls.append(what)
        if "--no-deps" in what:
            raise CannotRun("no such file")

    monkeypatch.setattr(bootstrap, "_cpu_build", lambda *_: [])
    monkeypatch.setattr(installer, "install", install)
    bootstrap._install("lab", clone / ".venv", "python", "3.11")
    assert "torch==2.13.0 without CUDA: no such file; going on" in capsys.readouterr().out
    assert "nvidia" in (clone / ".venv" / "lock.txt").read_text()


# PyTorch's CPU builds.


@pytest.fixture
def choosing(clone, monkeypatch):
    """Linux, no NVIDIA driver, no CPU build in sight, an index that answers."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: False)
    monkeypatch.setattr(bootstrap, "_pip_takes_cpu", lambda python, torch: False)
    monkeypatch.setattr(bootstrap, "answers", lambda index: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(99e9, 0, 99e9))
    monkeypatch.delenv("GRAPHREC_TORCH_INDEX", raising=False)
    return lambda: bootstrap._cpu_build(clone / ".venv", "python", "torch==2.13.0")


def test_without_a_gpu_the_cpu_index_is_taken(choosing):
    assert choosing() == ["--index-url", lock.TORCH_INDEX]


def test_with_a_gpu_it_is_not(choosing, monkeypatch):
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: True)
    assert choosing() is None


def test_a_cpu_build_that_pip_finds_by_itself_needs_no_index(choosing, monkeypatch):
    monkeypatch.setattr(bootstrap, "_pip_takes_cpu", lambda python, torch: True)
    assert choosing() == []


@pytest.mark.parametrize("present, wanted", [("2.13.0+cpu", None), ("2.12.0+cpu", "index")])
def test_the_wanted_version_is_not_fetched_again(choosing, monkeypatch, present, wanted):
    monkeypatch.setattr(bootstrap, "_torch", lambda folder: present)
    assert bool(choosing()) == bool(wanted)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_the_usual_build_is_a_cpu_build(choosing, monkeypatch, system):
    monkeypatch.setattr(sys, "platform", system)
    assert choosing() is None


def test_a_variable_names_another_index_or_none(choosing, monkeypatch):
    monkeypatch.setenv("GRAPHREC_TORCH_INDEX", "https://mirror.example/cpu")
    assert choosing() == ["--index-url", "https://mirror.example/cpu"]
    monkeypatch.setenv("GRAPHREC_TORCH_INDEX", "")
    assert choosing() is None


def test_an_index_that_does_not_answer_is_not_waited_for(choosing, monkeypatch, capsys):
    with silent_server() as port:
        start = time.monotonic()
        assert not real_answers(f"http://127.0.0.1:{port}/cpu")
        assert time.monotonic() - start < SILENCE
    monkeypatch.setattr(bootstrap, "answers", lambda index: False)
    assert choosing() is None
    assert "does not answer: pip takes PyTorch's usual build" in capsys.readouterr().out


real_answers = bootstrap.answers


@pytest.mark.parametrize("gpu", [True, False])
def test_without_room_for_the_cuda_build_it_is_not_begun(choosing, monkeypatch, gpu):
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: gpu)
    monkeypatch.setattr(bootstrap, "answers", lambda index: False)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(99e9, 0, 5e9))
    with pytest.raises(CannotRun, match=r"5\.0 GB left and the course needs about 8 GB"):
        choosing()


def test_an_index_answers_if_it_has_torch(tmp_path):
    (tmp_path / "cpu" / "torch").mkdir(parents=True)
    with file_server(tmp_path) as port:
        assert real_answers(f"http://127.0.0.1:{port}/cpu")
        assert not real_answers(f"http://127.0.0.1:{port}/other")
    assert not real_answers("not an address")


@posix
@pytest.mark.parametrize("version, cpu", [("2.13.0+cpu", True), ("2.13.0", False)])
def test_pip_is_asked_which_torch_it_would_take(clone, version, cpu):
    report = json.dumps({"install": [{"metadata": {"version": version}}]})
    assert bootstrap._pip_takes_cpu(fake_python(clone, f"echo '{report}'"), "torch") is cpu


@posix
def test_a_pip_that_fails_takes_no_cpu_build(clone):
    assert not bootstrap._pip_takes_cpu(fake_python(clone, "echo no network; exit 1"), "torch")


# What cannot be done, in one sentence.


def test_a_full_disk_is_told_before_anything_is_made(clone, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(9e9, 8e9, 1e9))
    with pytest.raises(CannotRun, match=r"has 1.0 GB left and the course needs about 2 GB"):
        bootstrap.set_up("lab")
    assert not (clone / ".venv").exists()


def test_a_file_in_the_way_is_named(clone):
    (clone / ".venv").write_text("")
    with pytest.raises(CannotRun, match=r"\.venv is in the way: it is a file"):
        bootstrap.set_up("lab")


def test_a_folder_that_cannot_be_written_is_told(clone, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(clone), "mkdir", refuse)
    with pytest.raises(CannotRun, match="Copy the course to a folder of your own"):
        bootstrap.set_up("lab")


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(clone, monkeypatch, absent):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == absent else there(name)
    )
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt" if name == "apt" else None)
    with pytest.raises(CannotRun, match=r"sudo apt install python3\.\d+-venv"):
        bootstrap.set_up("lab")


def test_two_set_ups_at_a_time_do_not_happen(clone, monkeypatch):
    monkeypatch.setattr(bootstrap, "_fill", lambda folder, kind: bootstrap.set_up(kind))
    with pytest.raises(CannotRun, match="another set-up of this course is running"):
        bootstrap.set_up("lab")


def test_the_lock_is_free_again_after_a_failure(clone, monkeypatch):
    def fail(folder, kind):
        raise CannotRun("no network")

    monkeypatch.setattr(bootstrap, "_fill", fail)
    for _ in range(2):
        with pytest.raises(CannotRun, match="no network"):
            bootstrap.set_up("lab")


@posix
def test_an_old_python_in_the_way_is_named(clone):
    fake_python(clone, "echo 3.9")
    with pytest.raises(CannotRun, match=r"has Python 3\.9, the course needs 3\.11"):
        bootstrap.set_up("lab")


@posix
def test_a_disk_that_fills_up_while_installing_is_told(clone):
    said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    python = fake_python(
        clone, f'case "$*" in *install*) echo "{said}"; exit 1;; *) echo 3.11;; esac'
    )
    with pytest.raises(CannotRun, match=r"the disk is full\. Free about 2 GB") as caught:
        bootstrap.set_up("lab")
    log = python.parent.parent / "install.log"
    assert str(log) in str(caught.value)
    assert said in log.read_text()
    assert not bootstrap.ready("lab")


@pytest.mark.parametrize(
    "output, sentence",
    [
        ("WARNING: Retrying after NewConnectionError\nERROR: No matching distribution found for x",
         "the package index cannot be reached"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "set PIP_CERT"),
        ("ERROR: No matching distribution found for torch>=2.4", "there is no torch>=2.4 for this"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "is not the file that was tested"),
        ("ERROR: [Errno 13] Permission denied: '/x'", "cannot be written"),
        ("Collecting a\n  Downloading a\nERROR: something new\n", "pip failed: ERROR: something new"),
        ("", "pip failed without a word"),
    ],
)  # fmt: skip
def test_what_pip_says_becomes_a_sentence(output, sentence):
    assert sentence.lower() in installer.explain(output).lower()


# What is shown meanwhile.


@pytest.mark.parametrize(
    "line, shown",
    [
        ("  Downloading torch-2.13.0-cp311-x.whl (160.3 MB)", "torch 2.13.0, 160 MB"),
        ("  Downloading torch-2.13.0%2Bcpu-cp311-x.whl (0.2 GB)", "torch 2.13.0+cpu, 200 MB"),
        ("  Using cached scipy-1.17.1-cp311-x.whl (35.3 MB)", "scipy 1.17.1, 35 MB"),
        ("  Downloading torch-2.13.0-cp311-x.whl.metadata (28 kB)", None),
        ("  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)", None),
        ("Processing /a b/torch-2.13.0+cpu-cp311-x.whl", "torch 2.13.0+cpu from this machine"),
        (
            "Processing /w/torch-2.13.0+cpu-cp311-x.whl (from -r r.txt (line 3))",
            "torch 2.13.0+cpu from this machine",
        ),
        ("Installing collected packages: a, b, c-d", "installing 3 packages"),
        ("Installing collected packages: torch", "installing it"),
        ("Collecting numpy>=1.26", None),
    ],
)
def test_large_packages_and_the_last_phase_are_announced(line, shown):
    assert installer.headline(line) == shown


@posix
def test_a_silent_phase_shows_that_the_work_goes_on(clone, monkeypatch, capsys):
    monkeypatch.setattr(installer, "SIGN_OF_LIFE", 0.2)
    python = fake_python(clone, "echo Collecting a; echo Collecting b; sleep 0.7")
    installer.install(python, ["a"], clone / "log")
    assert "s, 2 packages found so far" in capsys.readouterr().out


@posix
def test_pip_does_not_see_a_user_install_setting(clone, monkeypatch):
    monkeypatch.setenv("PIP_USER", "1")
    python = fake_python(clone, "echo user=$PIP_USER")
    installer.install(python, ["a"], clone / "log")
    assert (clone / "log").read_text() == "user=0\n"


# The restart.


@posix
def test_a_program_that_cannot_be_started_is_named(clone):
    with pytest.raises(CannotRun, match=r"cannot start .*no-such-python"):
        bootstrap.run_instead([clone / "no-such-python", "-c", ""])


def test_a_restart_keeps_arguments_directory_and_exit_code(tmp_path):
    code = "import os, sys; print(os.getcwd(), sys.argv[1:]); sys.exit(7)"
    restart = (
        "import sys; from graphrec_utils.cli.setup import bootstrap;"
        f"bootstrap.run_instead([sys.executable, '-c', {code!r}, 'two words'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", restart],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(paths.root())),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 7
    assert done.stdout.strip() == f"{tmp_path} ['two words']"
