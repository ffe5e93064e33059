"""A kernel of the grader sees no network, no solutions and no other process, and cannot undo it."""

from __future__ import annotations

import os
import sys
import time
from queue import Empty

import pytest

from graphrec_utils import paths
from graphrec_utils.grading import kernel, sandbox, worker
from graphrec_utils.grading.kernel import Kernel, KernelDied, Limits, Nursery, TooMuchOutput

SOLUTIONS = str(paths.root() / "solutions")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("n")
    made = Nursery(folder, worker.course_copy(folder), [SOLUTIONS, str(folder)])
    yield made
    made.close()


@pytest.fixture
def start(nursery):
    """Start a kernel; return a function that runs code in it and returns what it printed."""
    kernels = []

    def run(source: str, **limits) -> str:
        if not kernels or limits:
            kernels.append(Kernel(nursery, Limits(**limits)))
        request = kernels[-1].execute_cell_input(source, allow_stdin=False)
        kernels[-1].limit = limits.get("seconds", 30)
        kernels[-1].await_reply(request)
        text = ""
        while True:
            message = kernels[-1].get_message("iopub", 10)
            if message["msg_type"] == "error":
                text += message["content"]["ename"]
            text += message["content"].get("text", "")
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == request:
                return text.strip()

    yield run
    for made in kernels:
        made.stop()


@pytest.fixture
def namespaces(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_allowed", False)
    sandbox.try_out(str(tmp_path))
    if not sandbox._allowed:
        pytest.skip("this system does not let us make namespaces; the reports say so")


isolated = pytest.mark.usefixtures("namespaces")


@isolated
def test_a_hidden_folder_looks_empty(start):
    assert os.listdir(SOLUTIONS)
    assert start(f"import os; print(os.listdir({SOLUTIONS!r}))") == "[]"


@isolated
def test_a_hidden_folder_cannot_be_uncovered(start):
    attempt = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        f"print(libc.umount2({SOLUTIONS.encode()!r}, 2) == 0)\n"
        f"os.system('unshare -rm umount {SOLUTIONS} 2>/dev/null')\n"
        f"os.system('unshare -rm sh -c \"umount -l {SOLUTIONS}; ls {SOLUTIONS}\" > seen 2>/dev/null')\n"
        "print(open('seen').read())"
    )
    assert start(attempt) == "False"


@isolated
def test_nothing_outside_its_own_folder_can_be_written(start):
    attempt = (
        f"for folder in ('/tmp', '/', '/etc', {str(paths.root())!r}):\n"
        "    try:\n        open(f'{folder}/written-by-a-student', 'w')\n        print(folder)\n"
        "    except OSError:\n        pass"
    )
    assert start(attempt) == ""


@isolated
def test_there_is_no_network_interface_but_loopback(start):
    assert start("import socket; print([n for _, n in socket.if_nameindex()])") == "['lo']"


@isolated
def test_no_process_but_its_own_is_visible(start):
    count = start("import os; print(sum(name.isdigit() for name in os.listdir('/proc')))")
    assert int(count) <= 3


@isolated
def test_process_one_cannot_be_looked_into(start):
    attempt = "for name in ('mem', 'environ'):\n    open(f'/proc/1/{name}', 'rb').read(1)"
    assert start(attempt) == "PermissionError"


def test_the_environment_holds_nothing_of_the_graders(start, monkeypatch):
    monkeypatch.setenv("GRAPHREC_TOKEN", "secret")
    names = start("import os; print(*sorted(os.environ))").split()
    assert "GRAPHREC_TOKEN" not in names
    assert set(names) <= set(kernel.environment(paths.root())) | {
        "PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER",
        "GIT_PAGER", "LC_CTYPE", "COLUMNS", "LINES", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK",
        "JPY_SESSION_NAME", "JPY_PARENT_PID", "TORCHINDUCTOR_CACHE_DIR",
    }  # fmt: skip


def test_the_package_copy_has_no_claims_no_references_and_no_grader(start):
    attempt = (
        "import graphrec_utils, pathlib\nfolder = pathlib.Path(graphrec_utils.__file__).parent\n"
        "print(*sorted(p.stem for f in ('exercises', 'grading') for p in (folder / f).glob('*.py')))"
    )
    assert start(attempt).split() == ["__init__", "__init__", "codec", "probe", "runs"]


def test_memory_above_the_limit_is_a_memory_error(start):
    assert start("bytearray(3 * 2**30)", memory=2**30) == "MemoryError"


def test_death_is_noticed_within_a_second(start):
    start("pass")
    begin = time.monotonic()
    with pytest.raises(KernelDied, match="died"):
        start("import os; os._exit(3)")
    assert time.monotonic() - begin < 1.5


def test_time_above_the_limit_raises_empty_for_nbval(start):
    with pytest.raises(Empty):
        start("import time; time.sleep(30)", seconds=0.5)


def test_more_output_than_allowed_ends_the_cell(start):
    with pytest.raises(TooMuchOutput, match="MB of output"):
        start("for _ in range(200): print('x' * 100_000)", output=2**20)


@pytest.mark.skipif(sys.platform != "linux", reason="the watchdog sees processes on Linux")
def test_more_than_64_processes_end_the_kernel(start):
    fork = "import os, time\nfor _ in range(100):\n    os.fork() or time.sleep(20)\ntime.sleep(20)"
    with pytest.raises(KernelDied, match="processes"):
        start(fork)


@isolated
def test_a_system_that_refuses_mounts_is_found_out_before_any_kernel_starts(tmp_path, monkeypatch):
    def refuse(config):
        raise PermissionError

    assert sandbox._allowed
    monkeypatch.setattr(sandbox, "_mount", refuse)
    sandbox.try_out(str(tmp_path))
    assert not sandbox._allowed


CLOSED = (
    "from graphrec_utils import toy\nfrom graphrec_utils.toy import likes as taken_before\n"
    "from graphrec_utils.grading import probe\nprobe.close_library('graphrec_utils.toy.likes')\n"
)


@pytest.mark.parametrize("call", [
    "toy.likes()", "taken_before()", "__import__('graphrec_utils.toy').toy.likes()",
    "toy.likes.__wrapped__()",
])  # fmt: skip
def test_the_library_version_of_an_exercise_is_closed_to_answers(start, call):
    assert start(f"{CLOSED}{call}") in ("RuntimeError", "AttributeError")


def test_the_library_version_of_an_exercise_stays_open_to_the_library(start):
    inside = "eval('toy.likes().shape', {'__name__': 'graphrec_utils.models.x', 'toy': toy})"
    assert start(f"{CLOSED}print(tuple({inside}))") == "(3, 4)"
