"""The set-up for real: a virtual environment and pip, with a course of tiny wheels and no network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from small_course import SmallCourse, file_server, silent_server, started, wheel

from graphrec_utils.cli.setup import bootstrap, installer
from graphrec_utils.cli.setup.environment import CannotRun

posix = pytest.mark.skipif(os.name != "posix", reason="uses POSIX links and signals")

FILES = ("requirements.txt", "constraints.txt")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that was set up once by `lab 6`; tests leave it set up."""
    made = SmallCourse(tmp_path_factory.mktemp("bootstrap"))
    made.first = made.run("lab", "6", "--", "--port=0")
    return made


def test_the_first_start_makes_an_environment_and_opens_the_lesson_in_it(course):
    told = started(course.first)
    assert told["prefix"] == str(course.root / ".venv")
    assert f"--ServerApp.root_dir={course.root}" in told["argv"]
    assert "--LabApp.default_url=/lab/tree/notebooks/06_lightgcn.ipynb" in told["argv"]
    assert told["argv"][-1] == "--port=0"
    assert "Setting up the course" in course.first.stdout
    assert "installing 2 packages" in course.first.stdout  # and torch, before


def test_what_was_installed_is_compiled(course):
    started(course.first)
    assert list((course.site / "torch" / "__pycache__").glob("__init__.*.pyc"))


def test_jupyterlab_does_not_ask_for_news_over_the_first_lesson(course):
    settings = course.root / ".venv" / "share" / "jupyter" / "lab" / "settings"
    (asked,) = json.loads((settings / "overrides.json").read_text("utf-8")).values()
    assert asked == {"fetchNews": "false", "checkForUpdates": False}


def test_the_lock_decides_which_versions_are_installed(course):
    started(course.first)
    assert (course.site / "graphrec_demo-1.0.dist-info").exists()  # 1.1 is there, too
    assert not (course.site / "graphrec_dev-1.0.dist-info").exists()  # in the lock, for tests


def test_a_file_that_is_not_the_tested_one_is_refused(tmp_path):
    course = SmallCourse(tmp_path)
    (tested,) = course.wheels.glob("graphrec_demo-1.0-*")
    right = tested.read_bytes()
    wheel(course.wheels, "graphrec-demo", "1.0", "print('something else')")
    done = course.run("lab")
    assert done.returncode == 2
    assert "a package is not the file that was tested" in done.stderr
    tested.write_bytes(right)
    started(course.run("lab"))


def test_the_second_start_installs_nothing(course):
    written = course.log.stat().st_size
    done = course.run("lab", PIP_FIND_LINKS="UNSET")  # any call of pip would fail
    assert started(done)["argv"][1] == "--LabApp.default_url=/lab/tree/notebooks/06_lightgcn.ipynb"
    assert len(done.stdout.splitlines()) == 2  # the lesson, and what the small JupyterLab says
    assert course.log.stat().st_size == written


def test_every_program_of_the_environment_finds_the_package_from_anywhere(course, tmp_path):
    environment = course.environment(PYTHONPATH="UNSET")
    code = "import graphrec_utils; print(graphrec_utils.__file__)"
    done = subprocess.run(
        [course.python, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(course.root / "graphrec_utils" / "__init__.py")


def test_the_folder_can_be_run_from_anywhere(course, tmp_path):
    done = subprocess.run(
        [sys.executable, str(course.root / "graphrec_utils"), "lab"],
        cwd=tmp_path,
        env=course.environment(PYTHONPATH="UNSET"),
        capture_output=True,
        text=True,
    )
    assert started(done)["cwd"] == str(tmp_path)
    assert started(done)["package"] == str(course.root / "graphrec_utils" / "__init__.py")


def test_a_half_made_environment_is_completed(course):
    course.marker.write_text("{}")  # as an interrupted set-up leaves it
    shutil.rmtree(course.site / "graphrec_demo-1.0.dist-info")
    assert "Completing" in course.run("lab").stdout
    assert (course.site / "graphrec_demo-1.0.dist-info").exists()
    assert json.loads(course.marker.read_text())["lab"]


def test_an_environment_without_pip_is_completed(course):
    course.marker.write_text("{}")
    for path in course.site.glob("pip*"):
        shutil.rmtree(path)
    started(course.run("lab"))
    assert list(course.site.glob("pip-*.dist-info"))


def test_a_package_that_was_removed_by_hand_is_brought_back(course):
    shutil.rmtree(course.site / "torch-2.13.0+cpu.dist-info")
    started(course.run("lab"))
    assert (course.site / "torch-2.13.0+cpu.dist-info").exists()


@posix
def test_an_environment_whose_python_is_gone_is_made_anew(course):
    """As after an upgrade of the system's Python: the link leads nowhere."""
    for path in course.python.parent.glob("python*"):
        path.unlink()
    course.python.symlink_to(course.root / "no-such-python")
    assert "making the environment" in course.run("lab").stdout
    started(course.run("lab"))


def test_changed_requirements_are_installed(course):
    before = {name: (course.root / name).read_text() for name in FILES}
    wheel(course.wheels, "graphrec-new", "1.0")
    course.write("requirements.txt", before["requirements.txt"] + "graphrec-new>=1\n")
    course.write("constraints.txt", course.lock())
    done = course.run("lab")
    for name, text in before.items():
        course.write(name, text)
    assert "Completing" in done.stdout
    started(done)
    assert (course.site / "graphrec_new-1.0.dist-info").exists()


def test_tests_need_more_than_lessons(course):
    started(course.run("lab"))
    shutil.rmtree(course.site / "pytest", ignore_errors=True)
    done = course.run("test", "--", "-k", "graph")
    assert done.returncode == 0, done.stderr
    assert "pytest -p tests.times -k graph" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 passed, 0 failed, 0 skipped"
    assert (course.site / "graphrec_dev-1.0.dist-info").exists()
    assert "Completing" not in course.run("lab").stdout  # what tests need includes the lessons'


def test_help_installs_nothing(course):
    course.marker.write_text("{}")
    done = course.run("lab", "--help", PIP_FIND_LINKS="UNSET")
    assert done.returncode == 0
    assert "example:" in done.stdout
    assert course.marker.read_text() == "{}"
    started(course.run("lab"))


def test_an_environment_made_by_hand_is_used_as_it_is(course):
    """`python3 -m venv .venv; pip install -r requirements.txt`: no marker, nothing missing."""
    marker = course.marker.read_text()
    course.marker.unlink()
    done = course.run("lab", PIP_FIND_LINKS="UNSET")
    assert not course.marker.exists()
    course.marker.write_text(marker)
    assert len(done.stdout.splitlines()) == 2  # the lesson, and what the small JupyterLab says
    started(done)


def test_without_network_the_sentence_says_so_and_the_next_start_goes_on(tmp_path):
    course = SmallCourse(tmp_path)
    nowhere = {"PIP_NO_INDEX": "UNSET", "PIP_FIND_LINKS": "UNSET", "PIP_RETRIES": "1"}
    done = course.run("lab", PIP_INDEX_URL="http://127.0.0.1:9/simple", **nowhere)
    assert done.returncode == 2
    assert "the package index cannot be reached. Connect to the internet" in done.stderr
    assert done.stderr.count("\n") == 1
    assert started(course.run("lab"))["prefix"] == str(course.root / ".venv")


@posix
def test_ctrl_c_while_installing_ends_with_a_sentence(tmp_path):
    course = SmallCourse(tmp_path)
    with silent_server() as port:
        url = {"PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple"}
        process = subprocess.Popen(
            [sys.executable, "-m", "graphrec_utils", "lab"],
            cwd=course.root,
            env=course.environment(PIP_NO_INDEX="UNSET", PIP_FIND_LINKS="UNSET", **url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # a suite that runs in the background was told to ignore SIGINT, and children inherit it
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while not course.log.exists() or "Looking in indexes" not in course.log.read_text():
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does
        error = process.communicate(timeout=900)[1]
    assert process.returncode == 2
    assert error == "graphrec_utils: stopped. Run the same command again: it goes on from here.\n"


def test_a_pip_that_does_not_hear_ctrl_c_is_ended(tmp_path, monkeypatch):
    deaf = tmp_path / "python"
    survived = tmp_path / "survived"
    deaf.write_text(f"#!/bin/sh\nsleep 60\ntouch '{survived}'\n")
    deaf.chmod(0o755)

    def pressed(process, log):
        raise KeyboardInterrupt

    monkeypatch.setattr(installer, "_watch", pressed)
    monkeypatch.setattr(installer, "PATIENCE", 0.1)
    with pytest.raises(CannotRun, match="stopped"):
        installer.install(deaf, ["anything"], tmp_path / "log")
    assert not survived.exists()


def test_torch_comes_from_the_cpu_index_when_pip_would_take_another_build(tmp_path):
    if bootstrap.has_gpu() or sys.platform != "linux":
        pytest.skip("pip's own choice is right here: not Linux, or an NVIDIA driver is installed")
    course = SmallCourse(tmp_path)
    (course.wheels / "torch-2.13.0+cpu-py3-none-any.whl").unlink()
    wheel(course.wheels, "torch", "2.13.0")
    course.write("constraints.txt", course.lock())
    wheel(tmp_path / "served" / "cpu" / "torch", "torch", "2.13.0+cpu")
    with file_server(tmp_path / "served") as port:
        usual = f"http://127.0.0.1:{port}/simple"  # has nothing; 2.13.0 lies among the tiny wheels
        index = f"http://127.0.0.1:{port}/cpu"
        variables = {"PIP_NO_INDEX": "UNSET", "PIP_INDEX_URL": usual}
        started(course.run("lab", GRAPHREC_TORCH_INDEX=index, **variables))
    assert (course.site / "torch-2.13.0+cpu.dist-info").exists()
