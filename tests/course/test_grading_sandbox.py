"""A kernel of the grader sees no network, no solutions and no other process, and cannot undo it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from queue import Empty

import pytest

from graphrec_utils import exercises, paths
from graphrec_utils.grading.isolation import closing, kernel, patience, room, sandbox, tidy, worker
from graphrec_utils.grading.isolation.kernel import (
    KernelDied,
    Limits,
    TooMuchOutput,
)
from graphrec_utils.grading.isolation.server import Nursery
from graphrec_utils.grading.submissions import transplant

SOLUTIONS = str(paths.root() / "solutions")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("n")
    folder.chmod(0o711)
    made = Nursery(folder, closing.course_copy(folder), [SOLUTIONS, str(folder)])
    yield made
    made.close()


@pytest.fixture
def start(nursery):
    """Start a kernel; return a function that runs code in it and returns what it printed."""
    kernels = []

    def run(source: str, closed: tuple[str, ...] = (), **limits) -> str:
        if not kernels or closed or limits:
            kernels.append(nursery.kernel(Limits(**limits), closed))
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
    monkeypatch.setattr(sandbox, "_allowed", [])
    if "namespaces" not in sandbox.try_out(str(tmp_path)):
        pytest.skip("this system does not let us make namespaces; the reports say so")


isolated = pytest.mark.usefixtures("namespaces")


@isolated
def test_what_is_not_needed_is_not_there(start):
    for path in (SOLUTIONS, __file__, "/etc/shadow"):
        assert os.path.exists(path)
        assert start(f"import os; print(os.path.exists({path!r}))") == "False"


@isolated
def test_what_is_mounted_stays_mounted(start):
    attempt = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "for point in (b'/', b'/usr', b'/proc', b'/dev/shm'):\n"
        "    print(libc.umount2(point, 2), end=' ')\n"
        "print(libc.unshare(0x10000000), libc.mount(b'x', b'/tmp', b'tmpfs', 0, None), end=' ')\n"
        "os.system('unshare -rm umount -l /usr; echo $? > ~/said')\n"
        "print(open(os.path.expanduser('~/said')).read())"
    )
    *said, shell = start(attempt).split()
    assert said == ["-1"] * 6 and shell != "0"


@pytest.mark.parametrize("private, seen", [
    (["/usr/src/app"], [("/usr", True), ("/usr/src/app", False), ("/usr/src/app/.venv", True)]),
    (["/usr/src/app/.venv"], [("/usr", True), ("/usr/src/app/.venv", True)]),  # what is needed wins over its own name
    (["/srv/ann", "/usr/src/app/.venv/graded"], [("/usr", True), ("/usr/src/app/.venv/graded", False)]),
    ([], [("/usr", True)]),
])  # fmt: skip
def test_private_folders_inside_needed_ones_are_covered_and_needed_ones_inside_these_are_not(
    monkeypatch, private, seen
):
    monkeypatch.setattr(os.path, "lexists", lambda path: True)
    assert room.plan(["/usr", "/usr/src/app/.venv"], private) == seen


@isolated
def test_nothing_outside_its_own_folder_can_be_written(start):
    attempt = (
        f"for folder in ('/var', '/', '/etc', {str(paths.root())!r}):\n"
        "    try:\n        open(f'{folder}/written-by-a-student', 'w')\n        print(folder)\n"
        "    except OSError:\n        pass"
    )
    assert start(attempt) == ""


FILLS = """
import os
import re
os.chdir(PLACE or ".")
done, kept = 0, []
try:
    while done < 2**30:
        kept.append(open(f"{len(kept)}", "wb"))
        os.unlink(f"{len(kept) - 1}") if GONE else None
        kept[-1].write(bytes(2**23))
        kept[-1].flush()
        done += 2**23
except OSError as error:
    print(error.strerror, done < 2**29)
"""
COUNTS = """
import os
import re
os.chdir(PLACE or ".")
try:
    for k in range(10**6):
        open(f"{k}", "w").close()
except OSError as error:
    print(error.strerror, k < 50_000)
"""


@isolated
@pytest.mark.parametrize("place", ["", "/tmp", "/dev/shm"])
@pytest.mark.parametrize(
    "fills", [FILLS.replace("GONE", "0"), FILLS.replace("GONE", "1"), COUNTS],
    ids=["files", "files without a name", "empty files"],
)  # fmt: skip
def test_what_a_cell_writes_is_bounded_and_never_on_the_disk(start, fills, place):
    assert start(fills.replace("PLACE", repr(place)), seconds=60) == "No space left on device True"


HONEST = """
import os, tempfile, matplotlib.pyplot as plt, torch
there = "/tmp" + os.sep
torch.save(torch.ones(3), there + "model.pt")
print(torch.load(there + "model.pt").sum().item())
open(there + "kept.csv", "w").write("a,b")
plt.plot([1, 2])
plt.savefig(there + "plot.png")
with tempfile.NamedTemporaryFile() as one, tempfile.TemporaryDirectory(dir="/tmp") as folder:
    one.write(b"x")
    open(f"{folder}/y", "w").write("y")
print(sorted(x for x in os.listdir("/tmp") if "." in x))
"""


@isolated
def test_honest_cells_write_into_the_temporary_folder_which_is_their_own(start, tmp_path):
    (mine := tmp_path / "of this machine").write_text("x")
    assert start(HONEST) == "3.0\n['kept.csv', 'model.pt', 'plot.png']"
    assert start(f"import os; print(os.path.exists({str(mine)!r}))") == "False"
    again = "import os; print([x for x in os.listdir('/tmp') if '.' in x])"
    assert start(again, seconds=20) == "[]"  # another kernel has another one


@isolated
def test_kernels_are_first_in_line_when_the_machine_runs_out_of_memory(start):
    tried = (
        "path = '/proc/self/oom_score_adj'\nprint(open(path).read().strip())\n"
        "try:\n    open(path, 'w').write('0')\nexcept OSError:\n    pass\n"
        "print(open(path).read().strip())"
    )
    assert start(tried).split() == [str(sandbox.KERNEL)] * 2
    with open("/proc/self/oom_score_adj") as ours:
        assert int(ours.read()) < sandbox.WORKER < sandbox.UNPACKING < sandbox.KERNEL


def test_who_may_end_first_is_only_raised(tmp_path):
    import subprocess

    code = (
        "from graphrec_utils.grading.isolation import sandbox\n"
        "for score in (300, 200):\n    sandbox.first_in_line(score)\n"
        "    print(open('/proc/self/oom_score_adj').read().strip())"
    )
    if not os.path.exists("/proc/self/oom_score_adj"):
        pytest.skip("this system keeps no such list")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["300", "300"], done.stderr


@isolated
def test_many_processes_have_not_as_many_descriptors_each(start):
    """Each pair of sockets holds half a megabyte that no limit of a process counts."""
    many = (
        "import os, socket, time\nkept = []\nfor _ in range(25):\n    if not os.fork():\n"
        "        kept += [socket.socketpair() for _ in range(100)]\n        time.sleep(20)\n"
        "time.sleep(20)"
    )
    with pytest.raises(KernelDied, match="open files and sockets"):
        start(many)


@isolated
def test_only_its_home_can_be_written(start):
    attempt = (
        "import os\nfor place in ('.', '..', '../course', '../course/graphrec_utils'):\n"
        "    try:\n        open(place + '/written', 'w')\n        print(place)\n"
        "    except OSError as error:\n        print(error.strerror)"
    )
    assert start(attempt).splitlines() == [".", *["Read-only file system"] * 3]


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
        "print(*sorted(p.stem for f in ('exercises', 'grading') for p in (folder / f).rglob('*.py')))\n"
        "print(*{p.name for p in (folder / 'lessons').glob('*/*') if not p.name.endswith(('__', '.pyc'))})"
    )
    engine, lessons = start(attempt).splitlines()
    assert engine.split() == ["__init__"] * 3 + ["codec", "footprint", "probe", "runner"]
    assert set(lessons.split()) == {"__init__.py", "visuals"}


def test_memory_above_the_limit_is_a_memory_error(start):
    assert start("bytearray(3 * 2**30)", memory=2**30) == "MemoryError"


def test_death_is_noticed_before_the_time_is_up(start):
    """Else `Empty` is raised, which is no KernelDied."""
    with pytest.raises(KernelDied, match="died"):
        start("import os; os._exit(3)", seconds=600)


def test_time_above_the_limit_raises_empty_for_nbval(start):
    with pytest.raises(Empty):
        start("import time; time.sleep(30)", seconds=0.5)


def test_what_a_cell_prints_is_kept_nowhere(start):
    """IPython keeps all of it for its history, which costs an endless print memory, not time."""
    start("from graphrec_utils.grading.isolation import probe; probe.prepare()")
    start("print('said' * 1000)")
    kept = "getattr(get_ipython().history_manager, 'outputs', {})"
    assert start(f"if 'said' * 1000 in str({{k: str(v) for k, v in {kept}.items()}}): 1 / 0") == ""


def test_more_output_than_allowed_ends_the_cell(start):
    with pytest.raises(TooMuchOutput, match="MB of output"):
        start("for _ in range(200): print('x' * 100_000)", output=2**20)


@pytest.mark.skipif(sys.platform != "linux", reason="the watchdog sees processes on Linux")
def test_what_forks_without_end_is_stopped_by_the_system_where_the_kernel_has_a_user(start):
    many = (
        "import os, time\ncount = 0\ntry:\n    while count < 400:\n"
        "        if not os.fork():\n            time.sleep(30)\n            os._exit(0)\n"
        "        count += 1\nexcept OSError as error:\n    print(error.strerror, count)"
    )
    if os.geteuid():
        pytest.skip("another user can be chosen by root only")
    try:
        said = start(many)
    except KernelDied as death:  # it was looked at in time
        assert "processes" in str(death)
    else:
        assert re.fullmatch(r"Resource temporarily unavailable \d+", said)
        assert int(said.split()[-1]) < sandbox.TASKS


def test_a_kernel_of_its_own_user_may_have_few_tasks(start):
    if os.geteuid():
        pytest.skip("another user can be chosen by root only")
    asked = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))"
    assert start(asked) == f"({sandbox.TASKS}, {sandbox.TASKS})"


def test_more_than_64_processes_end_the_kernel(start):
    fork = "import os, time\nfor _ in range(100):\n    os.fork() or time.sleep(20)\ntime.sleep(20)"
    with pytest.raises(KernelDied, match="processes"):
        start(fork)


@isolated
def test_a_system_that_refuses_mounts_is_found_out_before_any_kernel_starts(tmp_path, monkeypatch):
    def refuse(*arguments, **more):
        raise PermissionError

    monkeypatch.setattr(room, "call", refuse)
    assert "namespaces" not in sandbox.try_out(str(tmp_path))


CLOSED = ("graphrec_utils.models.ngcf.layer",)


def test_the_library_version_of_an_exercise_is_not_in_the_kernel(start):
    """Neither by name nor through a caller, a fresh copy of the module, its source or its bytes."""
    tried = """
import glob, importlib, inspect, subprocess, sys, torch
from graphrec_utils.models import ngcf
A = torch.eye(2)
def again():
    del sys.modules["graphrec_utils.models.ngcf"]
    return importlib.import_module("graphrec_utils.models.ngcf").layer(A, A, A, A)
def executed():
    names = {"__name__": "graphrec_utils.mine"}
    exec(open(ngcf.__file__).read(), names)
    return names["layer"](A, A, A, A)
def elsewhere():
    code = "import torch; A = torch.eye(2); from graphrec_utils.models import ngcf; ngcf.layer(A, A, A, A)"
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)
for way in (
    lambda: ngcf.layer(A, A, A, A), lambda: ngcf.stack(A, A, [(A, A)]),
    lambda: importlib.reload(ngcf).layer(A, A, A, A), again, executed, elsewhere,
):
    try:
        way()
    except Exception as error:
        print(type(error).__name__, end=" ")
    else:
        print("open", end=" ")
print("leaky_relu" in inspect.getsource(ngcf.layer), glob.glob(
    ngcf.__file__.replace("ngcf.py", "__pycache__/ngcf.*")))
"""
    said = start(tried, CLOSED)
    assert said == "RuntimeError " * 5 + "CalledProcessError False []"


def digest(folder: Path) -> dict:
    """Return what the files of a folder hold, and of the inode what a student could change."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), stat.st_mode, stat.st_mtime_ns)
        for path in sorted(folder.rglob("*.py"))
        for stat in [path.stat()]
    }


SPOIL = """
import os, graphrec_utils.graphs as g
done = []
for act in (lambda p: open(p, "a").write("x"), lambda p: os.chmod(p, 0o777), os.unlink,
            lambda p: os.utime(p, (0, 0)), lambda p: os.truncate(p, 0),
            lambda p: os.setxattr(p, "user.x", b"1"), lambda p: os.rename(p, p + "x"),
            lambda p: open(os.open(p, os.O_RDWR), "w"),
            lambda p: os.link(p, os.path.expanduser("~/mine"))):
    try:
        act(g.__file__)
        done.append(act)
    except OSError:
        pass
print(done)
"""


@isolated
def test_no_kernel_changes_the_files_of_the_course_that_all_share(nursery, start):
    before = digest(nursery.course)
    assert start(SPOIL) == "[]"
    start("", closed=("graphrec_utils.graphs.adjacency",))
    assert digest(nursery.course) == before
    assert (
        start("from graphrec_utils.graphs import adjacency as a; print(a.__name__)") == "adjacency"
    )


def test_where_a_folder_stays_open_each_kernel_has_files_of_its_own(nursery, monkeypatch):
    monkeypatch.setattr(nursery, "walls", lambda: [])
    made = nursery.kernel(Limits())
    try:
        shared, own = (
            x / "graphrec_utils" / "paths.py" for x in (nursery.course, made.own / "course")
        )
        assert not os.path.samefile(shared, own)
    finally:
        made.stop()


def test_a_file_system_without_links_gets_copies(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(1, "no links here")

    (tmp_path / "one").write_text("1")
    monkeypatch.setattr(os, "link", refuse)
    kernel._link(str(tmp_path / "one"), str(tmp_path / "two"))
    assert (tmp_path / "two").read_text() == "1"


def test_the_rest_of_the_library_stays_open(start):
    tried = (
        "import torch; from graphrec_utils.models import ngcf, filters\n"
        "print(ngcf.num_parameters(2, [3, 4]), ngcf.layer.__doc__[:6])"
    )
    assert start(tried, CLOSED) == "(6, 24) Return"


def test_what_a_kernel_works_with_imports_nothing_that_is_not_there():
    for name in closing.KERNELS:
        source = (paths.PACKAGE / "exercises" / name).read_text("utf-8")
        found = re.findall(
            r"from graphrec_utils\.exercises(?:\.(\w+) import| import ([\w, ]+))", source
        )
        names = {x.strip() for one, several in found for x in (one or several).split(",")}
        assert {f"{x}.py" for x in names} <= set(closing.KERNELS), name


def test_a_version_that_the_library_does_not_have_is_no_silence(tmp_path):
    with pytest.raises(AttributeError, match="no_such"):
        closing.close(tmp_path, ("graphrec_utils.graphs.no_such",))
    with pytest.raises(TypeError, match="can be closed"):
        closing.close(tmp_path, ("graphrec_utils.graphs.matrices.Matrix",))


# ---------------------------------------------------------------- tidying up


def test_a_folder_of_any_depth_names_and_permissions_is_removed(tmp_path):
    top, outside = tmp_path / "top", tmp_path / "outside"
    for folder in (top, outside):
        folder.mkdir()
    (outside / "kept").write_text("x")
    here = os.getcwd()
    os.chdir(top)
    for _ in range(1200):
        os.mkdir("deep" * 20)
        os.chdir("deep" * 20)
    os.chdir(here)
    os.makedirs(os.fsencode(top) + b"/a\n/b/\xfe")
    (top / "link").symlink_to(outside)
    os.mkfifo(top / "pipe")
    (top / "a\n" / "b").chmod(0)
    (top / "a\n").chmod(0)
    assert tidy.remove(top) == ""
    assert not top.exists() and (outside / "kept").exists()


def test_a_folder_is_measured_whatever_is_in_it(tmp_path):
    def more(files: int, size: int) -> bool:
        return tidy.holds_more(tmp_path, files, size)

    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(bytes(10**6))
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert not more(4, 2 * 10**6)
    assert more(3, 2 * 10**6) and more(4, 10**5)
    with open(tmp_path / "hole", "wb") as file:
        file.truncate(10**12)
    assert not more(5, 2 * 10**6)
    here = os.getcwd()
    os.chdir(tmp_path)
    for _ in range(100):
        os.mkdir("deep" * 20)
        os.chdir("deep" * 20)
    os.chdir(here)
    assert more(1000, 10**9)  # too deep to be looked into


def test_what_cannot_be_removed_is_a_sentence(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "top" / "in").mkdir(parents=True)
    monkeypatch.setattr(os, "rmdir", refuse)
    assert tidy.remove(tmp_path / "top").endswith("top could not be removed (Permission denied)")
    assert tidy.remove(tmp_path / "nothing") == ""


# ---------------------------------------------------------------- the server of kernels


def test_what_few_answers_use_is_loaded_when_one_asks(nursery, start):
    loaded = "import sys; print([x in sys.modules for x in ('torch', 'torch._dynamo', 'torch_geometric')])"
    assert start(loaded) == "[True, False, False]"
    nursery.load_rare()
    nursery.load_rare()
    assert start(loaded, memory=2**31) == "[True, True, True]"


@pytest.mark.parametrize(
    "line",
    [
        "torch.use_deterministic_algorithms(True)",
        "torch.compile(torch.sin)",
        "torch.func.grad(torch.sin)(torch.tensor(1.0))",
    ],
)
def test_who_loads_what_few_use_does_not_wait_for_it(nursery, start, line):
    """These lines load a second's worth of libraries, which no answer shall pay with its own time."""
    loaded = "print('torch._dynamo' in sys.modules)"
    assert start(f"import sys, torch\n{line}\n{loaded}", seconds=60) == "True"
    assert worker.RARE.search(line)


def test_a_server_that_was_killed_is_started_again(nursery, start):
    if nursery.process is None:
        pytest.skip("there is no server on this system")
    assert start("print(1)") == "1"
    nursery.process.kill()
    nursery.process.wait()
    assert start("print(2)", memory=2**30) == "2"


@pytest.mark.skipif(not hasattr(__import__("signal"), "ITIMER_VIRTUAL"), reason="no such timer")
def test_a_text_that_takes_for_ever_to_read_is_unreadable(monkeypatch):
    monkeypatch.setattr(patience, "READ_SECONDS", 0.05)
    says = pytest.raises(worker.intake.Unreadable, match=r"more than 0\.05 s of computing")
    with says, patience.limited():
        while True:
            pass


# ---------------------------------------------------------------- the canary

CANARY = Path(__file__).with_name("canary.py").read_text("utf-8")


@pytest.fixture(scope="module")
def reached(nursery) -> dict:
    """Return what code in a cell can reach; where the system is open, say so and skip."""
    if "namespaces" not in nursery.walls():
        pytest.skip(f"open: this system gives a kernel only these walls: {nursery.walls()}")
    made = nursery.kernel(Limits())
    made.limit = 60
    made.await_reply(made.execute_cell_input(CANARY, allow_stdin=False))
    while (message := made.get_message("iopub", 10))["msg_type"] != "stream":
        assert message["msg_type"] != "error", message["content"]["traceback"][-1]
    made.stop()
    return json.loads(message["content"]["text"])


ETC = {"nsswitch.conf", "hosts", "group", "passwd", "ld.so.cache", "localtime"}
ALLOWED = {
    "sockets": set(), "writable": {"/dev/shm", "/tmp"}, "processes": {1, 2}, "interfaces": {"lo"},
    "descriptors": {"/dev/null", "anon_inode", "socket", "pipe"}, "families": {1, 2, 10, 16},
}  # fmt: skip


@pytest.mark.parametrize("kind", ALLOWED)
def test_a_cell_reaches_nothing_that_is_not_on_the_list(reached, kind):
    assert set(reached[kind]) <= ALLOWED[kind]


def test_a_cell_reads_no_file_but_the_environment_and_a_few_of_etc(reached):
    others = [
        p for p in reached["files"] if not p.startswith(("/etc/alternatives/", "/etc/fonts/"))
    ]
    assert {p.removeprefix("/etc/") for p in others} <= ETC


def test_a_cell_is_not_run_as_the_graders_user(reached):
    assert reached["user"] not in (0, os.getuid())


LOADED = """
import sys
before = set(sys.modules)
{}
new = {{name for name in set(sys.modules) - before if not name.startswith("graphrec_utils")}}
files = {{name: str(getattr(sys.modules[name], "__file__", "")) for name in new}}
print(sorted(name for name, file in files.items() if "site-packages" in file))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no server loads anything before")
def test_what_setup_cells_import_is_loaded_once_and_not_by_every_kernel(nursery, start):
    """An exercise has a kernel of its own: what each imports anew, a class waits for."""
    setup = [
        text for number in sorted(transplant.built()) for text in transplant.lesson(number).setup
    ]
    common = [text for text in setup if not worker.RARE.search(text)]
    assert start(LOADED.format("\n".join(common)), seconds=60) == "[]"
    nursery.load_rare()  # as a worker does for the others
    assert start(LOADED.format("\n".join(setup)), seconds=60) == "[]"


def test_setup_cells_find_what_lessons_import_from_exercises(start):
    names = ", ".join(exercises.__all__)
    said = f"from graphrec_utils.exercises import {names}\nprint(predict('06.p1'), remember('06', 'a'))"
    assert start(said) == "None None"


@pytest.mark.skipif(not hasattr(os, "setresuid") or os.geteuid() != 0, reason="becomes a user")
def test_what_a_system_allows_is_found_out_by_a_process_that_may_map_its_users(monkeypatch):
    """One that hides its memory may not; the server of kernels hides before it asks."""

    def attempt(config: dict) -> None:
        assert os.access("/proc/self/setgroups", os.W_OK)

    monkeypatch.setattr(sandbox, "WALLS", {"a wall": attempt})
    monkeypatch.setattr(sandbox, "_allowed", [])
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setresuid(65534, 65534, 65534)
            sandbox.hide_this_process()
            code = int(sandbox.try_out("/") != ["a wall"])
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
