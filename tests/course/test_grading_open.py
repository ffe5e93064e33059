"""Where a system refuses namespaces: modes and Landlock keep what they can, and the run says the rest."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from graphrec_utils import paths
from graphrec_utils.grading import command
from graphrec_utils.grading.isolation import closing, crew, server, trial
from graphrec_utils.grading.isolation.kernel import KernelDied, Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has any of it")
# Without these a nursery starts in a third of the time, and its walls are the same.
WITHOUT = """
import importlib, runpy, sys
load, slow = importlib.import_module, ("numba", "torch", "torch_geometric")
importlib.import_module = lambda name, *more: None if name in slow else load(name, *more)
sys.path.insert(0, {root!r})
from graphrec_utils.grading.isolation import sandbox
for wall in {gone!r}:
    del sandbox.WALLS[wall]
del sys.path[0]
runpy.run_path({nursery!r}, run_name="__main__")
"""


@pytest.fixture
def top():
    """Return a folder that every user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def nursery(top, monkeypatch):
    """Return a function that starts a nursery on a system without some walls."""
    made = []

    def start(*gone: str) -> server.Nursery:
        values = {"root": str(paths.PACKAGE.parent), "gone": gone, "nursery": str(server.NURSERY)}
        script = top / "nursery.py"
        script.write_text(WITHOUT.format(**values), encoding="utf-8")
        script.chmod(0o644)
        monkeypatch.setattr(server, "NURSERY", script)
        folder = top / "w"
        folder.mkdir(mode=0o711)
        (top / "others").mkdir(mode=0o700)
        (top / "others" / "answer").write_text("secret", encoding="utf-8")
        private = [str(top / "others")]
        made.append(server.Nursery(folder, closing.course_copy(folder), private))
        return made[-1]

    yield start
    for one in made:
        one.close()


def needs(nursery: server.Nursery, wall: str) -> None:
    if wall not in nursery.walls():
        pytest.skip(f"this system has not: {wall}")


def run(kernel, source: str) -> str:
    """Return what code prints in a kernel."""
    kernel.limit = 60
    kernel.await_reply(kernel.execute_cell_input(source, allow_stdin=False))
    while (message := kernel.get_message("iopub", 10))["msg_type"] not in ("stream", "error"):
        pass
    return message["content"].get("text", message["content"].get("evalue")).strip()


ATTACK = """
import os, signal
done = []
for path in PLACES:
    for act in (os.listdir, lambda p: open(p, "rb"), lambda p: open(p, "ab"), os.unlink,
                lambda p: os.chmod(p, 0o777), lambda p: os.rename(p, p + "x"),
                lambda p: open(p + "/new", "w"), lambda p: os.chdir(p)):
        try:
            act(path)
            done.append(path)
        except OSError:
            pass
try:
    os.kill(PID, signal.SIGTERM)
    done.append("signal")
except OSError:
    pass
print(done)
"""


def test_another_user_reaches_nothing_of_the_graders_by_plain_modes(nursery, top):
    made = nursery("namespaces", "landlock")
    needs(made, "another user")
    found = trial.of(made, Limits(), made.private)
    assert (found["files"], found["writes"]) == ("hidden", "closed")
    # this nursery has not loaded torch before, and the libraries of its CUDA wheels map 3 GB
    kernel, other = made.kernel(Limits(memory=2**33)), made.kernel(Limits())
    try:
        names = ("others", "others/answer", "w", "w/s", "w/course")
        places = [str(top / name) for name in names] + [str(other.own), f"{other.own}/c.json"]
        said = run(kernel, ATTACK.replace("PLACES", repr(places)).replace("PID", str(os.getpid())))
        known = {str(top / "w"), str(top / "w" / "course")}  # may be entered, and the course read
        assert set(ast.literal_eval(said)) <= known
        assert run(kernel, "import graphrec_utils, torch; print(bool(torch.ones(1)))") == "True"
    finally:
        kernel.stop()
        other.stop()
    assert (top / "others" / "answer").read_text("utf-8") == "secret"


def test_landlock_alone_leaves_modes_open_and_the_trial_says_so(nursery):
    made = nursery("namespaces", "another user", "call filter")
    needs(made, "landlock")
    found = trial.of(made, Limits(), made.private)
    assert (found["files"], found["writes"]) == ("hidden", "open")


def test_landlock_and_the_call_filter_keep_the_same_user_out(nursery, top):
    made = nursery("namespaces", "another user")
    needs(made, "landlock")
    needs(made, "call filter")
    found = trial.of(made, Limits(), made.private)
    assert (found["files"], found["writes"]) == ("hidden", "closed")
    assert "landlock" in found["walls"]
    kernel = made.kernel(Limits())
    try:
        others = [str(top / "others"), str(top / "others" / "answer"), str(top / "nursery.py")]
        before = [os.stat(path).st_mode for path in others]
        attack = ATTACK.replace("PLACES", repr(others)).replace("PID", "os.getppid()")
        said = run(kernel, attack.replace("lambda p: os.chmod(p, 0o777),", ""))
        assert set(ast.literal_eval(said)) <= {str(top / "others")}  # may be entered, not read
        run(kernel, f"import os\nfor path in {others!r}: os.chmod(path, 0o777)\nprint(1)")
        assert [os.stat(path).st_mode for path in others] == before
        assert (
            run(
                kernel,
                "import os; os.chdir(os.path.expanduser('~')); open('mine', 'w').write('x'); print(open('mine').read())",
            )
            == "x"
        )
        environ = f"print(open('/proc/{os.getpid()}/environ', 'rb').read(1))"
        assert "Permission denied" in run(kernel, environ)
    finally:
        kernel.stop()


def test_without_any_wall_the_trial_says_open(nursery):
    made = nursery("namespaces", "another user", "landlock")
    found = trial.of(made, Limits(), made.private)
    assert (found["files"], found["writes"]) == ("open", "open")


def test_without_namespaces_too_many_files_end_the_kernel(nursery, monkeypatch):
    made = nursery("namespaces")
    kernel = made.kernel(Limits())
    kernel.limit = 60
    fills = (
        "import time\nfor k in range(40):\n    open(f'{k}', 'wb').write(bytes(2**23))\n"
        "time.sleep(60)"
    )
    try:
        request = kernel.execute_cell_input(fills, allow_stdin=False)
        with pytest.raises(KernelDied, match="256 MB or 20,000 files"):
            kernel.await_reply(request)
        assert not kernel.own.exists()
    finally:
        kernel.stop()


WORKER = """
from pathlib import Path
from graphrec_utils.grading.isolation import server, worker
server.NURSERY = Path({nursery!r})
worker.main()
"""


def test_a_system_without_walls_is_said_and_with_strict_nothing_is_graded(
    nursery, top, capsys, monkeypatch
):
    nursery("namespaces", "another user", "landlock")
    script = top / "worker.py"
    script.write_text(WORKER.format(nursery=str(server.NURSERY)), encoding="utf-8")
    start = subprocess.Popen

    def instead(arguments, **more):
        return start([sys.executable, str(script)], **more)

    monkeypatch.setattr(crew.subprocess, "Popen", instead)
    (top / "in" / "ann").mkdir(parents=True)
    (top / "in" / "ann" / "a.ipynb").write_text("no notebook")
    given = [str(top / "in"), "--out", str(top / "out"), "--lesson", "00", "--jobs", "1"]
    assert command.main([*given, "--strict"]) == 2
    assert "files, writes: this system does not let" in capsys.readouterr().err
    assert not list((top / "out" / "graded").glob("?" * 24 + ".json"))
    assert command.main(given) == 0
    said = capsys.readouterr()
    assert "could read whatever" in said.err and "writes: open" in said.out
    page = (top / "out" / "index.html").read_text("utf-8")
    assert "an answer could change the environment" in page and "walls: call filter" in page
    for path in (top / "out", top / "out" / "graded", top / "out" / "secret"):
        assert path.stat().st_mode & 0o077 == 0, "what a run writes is for its user alone"
