"""Submissions that attack: each is bounded (200 processes, 2 GB, 30 s) and earns nothing by it."""

from __future__ import annotations

from answers import RIGHT, code, solved
from broken import CASES, case  # noqa: F401 (one register)

LOST_1, LOST_2 = (0.0, 3.0, 5.0), (2.0, 0.0, 5.0)


def inside(body: str) -> str:
    """Return exercise 00.2 with a body that runs when the function is called."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"# exercise 00.2\ndef build_index(names):\n{lines}"


def before(code: str) -> str:
    """Return exercise 00.1 with hostile code at the top of the cell and a wrong answer."""
    return f"# exercise 00.1\n{code}\n\ndef summarize(R):\n    return 0, 0, 0, 0.0\n"


# ---------------------------------------------------------------- time


@case(LOST_2, ex2="timeout")
def endless_loop(folder):
    return solved(ex2=inside("while True:\n    pass"))


@case(LOST_2, ex2="timeout")
def endless_loop_in_the_cell(folder):
    return solved(
        ex2=RIGHT["00.2"] + "\nimport time\nend = time.time() + 30\nwhile time.time() < end: pass\n"
    )


@case(LOST_2, ex2="timeout")
def endless_loop_that_catches_everything(folder):
    body = (
        "import time\nend = time.time() + 30\nwhile time.time() < end:\n    try:\n"
        "        time.sleep(1)\n    except BaseException:\n        pass"
    )
    return solved(ex2=inside(body))


@case(LOST_2, ex2="timeout")
def endless_loop_without_alarm(folder):
    body = (
        "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(30)"
    )
    return solved(ex2=inside(body))


@case(LOST_2, ex2="timeout")
def endless_print(folder):
    return solved(
        ex2=inside(
            "import time\nend = time.time() + 30\nwhile time.time() < end:\n    print('x' * 10_000)"
        )
    )


@case(LOST_2, ex2="timeout")
def endless_print_in_the_cell(folder):
    return solved(
        ex2="# exercise 00.2\nimport time\nend = time.time() + 30\nwhile time.time() < end:\n    print('x' * 10_000)\n"
        + RIGHT["00.2"]
    )


@case(LOST_2, ex2="timeout")
def endless_text_of_an_exception(folder):
    body = (
        "import time\nclass Slow(Exception):\n    def __str__(self):\n        time.sleep(30)\n"
        "        return ''\nraise Slow"
    )
    return solved(ex2=inside(body))


# ---------------------------------------------------------------- crashes and resources


@case(LOST_2, ex2="error")
def exit_from_the_function(folder):
    return solved(ex2=inside("import sys\nsys.exit(0)"))


@case(LOST_2, ex2="error")
def exit_from_the_cell(folder):
    return solved(ex2="# exercise 00.2\nimport sys\nsys.exit(0)\n" + RIGHT["00.2"])


@case(LOST_2, ex2="died")
def os_exit(folder):
    return solved(ex2=inside("import os\nos._exit(0)"))


@case(LOST_2, ex2="died")
def segmentation_fault(folder):
    return solved(ex2=inside("import ctypes\nctypes.string_at(0)"))


@case(LOST_2, ex2="died")
def kill_every_process(folder):
    return solved(ex2=inside("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))


@case(LOST_2, ex2="error")
def recursion_without_end(folder):
    return solved(ex2=inside("return build_index(names)"))


@case(LOST_2, ex2="error")
def ten_gigabytes(folder):
    return solved(ex2=inside("return {name: k for k, name in enumerate(bytearray(10 * 2**30))}"))


@case(LOST_2)  # ended by the watchdog or, on a busy machine, by the clock
def two_hundred_processes(folder):
    body = (
        "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n"
        "        time.sleep(20)\n        os._exit(0)\ntime.sleep(20)"
    )
    return solved(ex2=inside(body))


@case((2.0, 3.0, 5.0))
def daemon_left_behind(folder):
    return solved(ex2=inside(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.execvp('sleep', ['sleep', '29.75'])\n    os._exit(0)\n"
        "return {name: k for k, name in enumerate(dict.fromkeys(names))}"
    ))  # fmt: skip


@case(LOST_2)  # an error, or on a busy machine the time limit
def a_large_file(folder):
    return solved(
        ex2=inside(
            "with open('big', 'wb') as file:\n    for _ in range(100):\n        file.write(bytes(2**20))"
        )
    )


@case(LOST_2, ex2="output-limit")
def a_flood_of_pictures(folder):
    body = (
        "import time\nfrom IPython.display import display, HTML\nend = time.time() + 30\n"
        "while time.time() < end:\n    display(HTML('x' * 1_000_000))"
    )
    return solved(ex2=inside(body))


@case(LOST_2, ex2="output-limit")
def a_value_too_large_to_send(folder):
    return solved(ex2=inside("import numpy\nreturn numpy.zeros(900_000)"))


@case(LOST_2)
def a_value_nested_deeply(folder):
    return solved(
        ex2=inside("value = []\nfor _ in range(100_000):\n    value = [value]\nreturn value")
    )


@case(LOST_2)
def a_value_that_contains_itself(folder):
    return solved(ex2=inside("index = {}\nindex['self'] = index\nreturn index"))


@case()
def a_thread_that_prints_after_the_cell(folder):
    thread = (
        "\nimport threading, time\ndef chatter():\n    end = time.time() + 20\n"
        "    while time.time() < end:\n        print('still here')\n        time.sleep(0.01)\n"
        "threading.Thread(target=chatter, daemon=True).start()\n"
    )
    return solved(ex1=RIGHT["00.1"] + thread)


@case(LOST_2, ex2="error")
def a_question_to_nobody(folder):
    return solved(ex2=inside("return {input('name?'): 0}"))


# ---------------------------------------------------------------- points without an answer


@case(LOST_1)
def equal_to_everything(folder):
    return solved(ex1=(
        "# exercise 00.1\nclass Equal(tuple):\n    def __eq__(self, other): return True\n"
        "    def __ne__(self, other): return False\n    __hash__ = tuple.__hash__\n\n"
        "def summarize(R):\n    return Equal((0, 0, 0, 0.0))\n"
    ))  # fmt: skip


@case(LOST_1)
def pretends_to_be_another_type(folder):
    return solved(ex1=(
        "# exercise 00.1\nclass Odd:\n    __class__ = property(lambda self: float)\n"
        "    def __float__(self): return 0.5\n\n"
        "def summarize(R):\n    return (*R.shape, int(R.sum()), Odd())\n"
    ))  # fmt: skip


@case(LOST_1)
def code_in_a_pickle(folder):
    return solved(ex1=(
        "# exercise 00.1\nclass Evil:\n    def __reduce__(self):\n        import os\n"
        "        return os.system, ('touch /tmp/unpickled-by-the-grader',)\n\n"
        "def summarize(R):\n    return Evil()\n"
    ))  # fmt: skip


@case(LOST_1)
def hidden_traceback(folder):
    return solved(ex1=before(
        "import IPython.core.interactiveshell as shell\n"
        "shell.InteractiveShell.showtraceback = lambda *a, **k: None"
    ))  # fmt: skip


@case(LOST_1)
def input_transformer(folder):
    return solved(ex1=before(
        "get_ipython().input_transformers_post.append(lambda lines: [\"print('2.0')\\n\"])"
    ))  # fmt: skip


@case(LOST_1)
def patched_numpy(folder):
    return solved(ex1=before(
        "import numpy\nnumpy.isclose = numpy.allclose = lambda *a, **k: True\n"
        "numpy.array_equal = numpy.equal = lambda *a, **k: True\nnumpy.load = None"
    ))  # fmt: skip


@case(LOST_1)
def patched_torch(folder):
    return solved(ex1=before(
        "import torch\ntorch.equal = torch.allclose = lambda *a, **k: True\n"
        "torch.Tensor.sum = lambda *a, **k: None\ntorch.Tensor.__eq__ = lambda *a: True"
    ))  # fmt: skip


@case(LOST_1)
def patched_json(folder):
    return solved(ex1=before(
        "import json\njson.dumps = lambda *a, **k: '[]'\njson.loads = lambda *a, **k: []"
    ))  # fmt: skip


@case(LOST_1)
def patched_ipython(folder):
    return solved(ex1=before(
        "import IPython.display as d, IPython.core.displaypub as p\n"
        "d.publish_display_data = lambda *a, **k: None\np.DisplayPublisher.publish = lambda *a, **k: None"
    ))  # fmt: skip


@case(LOST_1)
def patched_course(folder):
    return solved(ex1=before(
        "import graphrec_utils.exercises as e, graphrec_utils.exercises.runner as runs\n"
        "e.check = lambda *a: 2.0\n"
        "runner.answers = lambda f, asked, s: [{'value': True, 'changed': []} for _ in asked]\n"
        "runner.encode = runner.decode = lambda value: value"
    ))  # fmt: skip


@case(LOST_1)
def probe_that_says_passed(folder):
    return solved(ex1=before(
        "from graphrec_utils.grading.isolation import probe\nfrom IPython.display import publish_display_data\n"
        "def send(nonce, function, questions, seconds):\n"
        "    verdict = '{\"points\": 2, \"status\": \"passed\"}'\n"
        "    publish_display_data({probe.MIME: {'nonce': nonce, 'outcomes': verdict}})\n"
        "probe.send = send"
    ))  # fmt: skip


@case(LOST_1)
def forged_message_before_ours(folder):
    return solved(ex1=(
        "# exercise 00.1\nimport sys\nfrom IPython.display import publish_display_data\n\n"
        "def summarize(R):\n    frame = sys._getframe()\n"
        "    while frame and 'nonce' not in frame.f_locals:\n        frame = frame.f_back\n"
        "    nonce = frame.f_locals['nonce'] if frame else ''\n"
        "    mime = 'application/vnd.graphrec.outcomes+json'\n"
        "    publish_display_data({mime: {'nonce': nonce, 'outcomes': '[]'}})\n"
        "    return (*R.shape, int(R.sum()), float(R.mean()))\n"
    ))  # fmt: skip


@case(LOST_1)
def forged_messages_without_nonce(folder):
    return solved(ex1=before(
        "from IPython.display import publish_display_data\n"
        "for name in ('outcomes', 'result', 'probe'):\n"
        "    mime = f'application/vnd.graphrec.{name}+json'\n"
        "    publish_display_data({mime: {'exercise': '00.1', 'points': 2.0, 'status': 'passed'}})"
    ))  # fmt: skip


@case(LOST_1)
def values_of_impossible_form(folder):
    return solved(ex1=before(
        "from graphrec_utils.exercises import runner\n"
        "evil = [{'numpy': '<f8', 'shape': [10**9, 10**9], 'data': ''}, {'tuple': 3},\n"
        "        {'int': '9' * 10**6}, {'torch_sparse': 'coo', 'shape': [10**6] * 2, 'parts': []},\n"
        "        {'numpy': 'O', 'shape': [1], 'data': 'AAAAAAAAAAA='}]\n"
        "runner.answers = lambda f, asked, s: [{'value': evil[k % 5], 'changed': []} for k in range(len(asked))]"
    ))  # fmt: skip


@case(LOST_1)
def numbers_that_are_none(folder):
    return solved(
        ex1="# exercise 00.1\ndef summarize(R):\n    return (*R.shape, 10**400, float('nan'))\n".replace(
            "*R.shape", "0, 0"
        )
    )


@case(LOST_2)
def right_on_the_public_inputs_only(folder):
    from graphrec_utils import exercises
    from graphrec_utils.exercises import codec, core

    exercise = exercises.get("00.2")
    known = [codec.decode(q["inputs"])["names"] for q in core.questions(exercise)]
    table = [(names, exercise.reference(names)) for names in known]
    return solved(
        ex2=inside(
            f"for known, index in {table!r}:\n    if known == names:\n        return index\nreturn {{}}"
        )
    )


# ---------------------------------------------------------------- looking where one must not


SEARCH = """\
import os, sys, glob

def found():
    places = ['/', os.getcwd(), *sys.path, os.path.dirname(sys.executable), {clone!r}]
    for place in places:
        for up in range(4):
            for path in glob.glob(os.path.join(place, 'solutions', '00_*.py')):
                return open(path).read()
            place = os.path.dirname(place)
    return ''

def summarize(R):
    names = {{}}
    text = found()
    body = text.partition('def summarize(R')[2]
    exec('import torch\\ndef summarize(R' + body.partition('# %%')[0], names)
    return names['summarize'](R)
"""


@case(LOST_1, ex1="error")
def reads_the_solutions(folder):
    from graphrec_utils import paths

    return solved(ex1="# exercise 00.1\n" + SEARCH.format(clone=str(paths.root())))


@case(LOST_1, ex1="error")
def imports_the_reference(folder):
    return solved(ex1=(
        "# exercise 00.1\ndef summarize(R):\n    from graphrec_utils.lessons.lesson00 import ex1_summarize\n"
        "    return ex1_summarize.summarize(R)\n"
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def asks_the_clone_for_the_reference(folder):
    from graphrec_utils import paths

    return solved(ex1=(
        "# exercise 00.1\ndef summarize(R):\n    import importlib.util as u, sys\n"
        f"    where = {str(paths.root())!r} + '/graphrec_utils/lessons/lesson00/ex1_summarize.py'\n"
        "    spec = u.spec_from_file_location('nb00', where)\n"
        "    module = u.module_from_spec(spec)\n    spec.loader.exec_module(module)\n"
        "    return module.summarize(R)\n"
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def reads_other_processes(folder):
    return solved(ex1=(
        "# exercise 00.1\nimport glob, os\n\ndef summarize(R):\n    for path in glob.glob('/proc/[0-9]*'):\n"
        "        pid = int(path[6:])\n        if pid in (1, 2, os.getpid(), os.getppid()):\n"
        "            continue\n        text = open(path + '/environ', 'rb').read()\n"
        "        memory = open(path + '/mem', 'rb')\n"
        "        return (*R.shape, int(R.sum()), float(R.mean()))\n"
        "    raise LookupError('no other process')\n"
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def uses_the_network(folder):
    return solved(ex1=(
        "# exercise 00.1\nimport socket\n\ndef summarize(R):\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
        "    return (*R.shape, int(R.sum()), float(R.mean()))\n"
    ))  # fmt: skip


@case(LOST_1)
def removes_the_course(folder):
    return solved(ex1=before(
        "import graphrec_utils, os, shutil\n"
        "shutil.rmtree(os.path.dirname(graphrec_utils.__file__), ignore_errors=True)\n"
        "shutil.rmtree(os.path.expanduser('~'), ignore_errors=True)"
    ))  # fmt: skip


@case(LOST_2, ex2="error")
def files_without_end(folder):
    return solved(ex2=inside(
        "for k in range(2**14):\n    open(f'{k}', 'wb').write(bytes(2**20))\nreturn {}"
    ))  # fmt: skip


@case(LOST_2)
def a_disk_full_of_files_without_a_name(folder):
    return solved(ex2=inside(
        "import os\nkept = []\nwhile len(kept) < 2**14:\n    kept.append(open('x', 'wb'))\n"
        "    os.unlink('x')\n    os.posix_fallocate(kept[-1].fileno(), 0, 2**25)\nreturn {}"
    ))  # fmt: skip


@case()
def fills_its_folder_and_is_right(folder):
    return solved(ex1=RIGHT["00.1"].replace("# exercise 00.1\n", (
        "# exercise 00.1\ntry:\n    for k in range(2**14):\n        open(f'{k}', 'w').write('x' * 2**18)\n"
        "except OSError:\n    pass\n"
    )))  # fmt: skip


@case()
def patches_everything_but_is_right(folder):
    patch = (
        "\nimport builtins, json, numpy, torch\nbuiltins.len = lambda x: 0\n"
        "torch.Tensor.argsort = None\nnumpy.isclose = None\n"
    )
    nb = solved()
    nb["cells"].append(code(patch))
    return nb
