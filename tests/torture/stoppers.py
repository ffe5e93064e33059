"""Submissions that would stop the grading of everybody behind them: each costs its own exercise at most."""

from __future__ import annotations

import os
import socket
import tempfile

from answers import RIGHT, cell, released, solved
from broken import NOTHING, case
from hostile import LOST_1, LOST_2, inside

SERVERS: list[socket.socket] = []  # that listen as long as the tests run
KERNEL = "kernel = get_ipython().kernel\nsend = kernel.session.send\n"


def beside(code: str) -> str:
    """Return the right answer to exercise 00.1 with hostile code above it."""
    return RIGHT["00.1"].replace("# exercise 00.1\n", f"# exercise 00.1\n{code}\n")


def says(sent: str) -> str:
    """Return exercise 00.1, right, with messages that the function sends when it is called."""
    body = "".join(f"    {line}\n" for line in (KERNEL + sent).splitlines())
    return RIGHT["00.1"].replace("(R):\n", f"(R):\n{body}")


@case()
def a_byte_into_every_descriptor(folder):
    return solved(ex1=beside(
        "import os\nfor number in range(64):\n    try:\n"
        "        end = os.open(f'/proc/self/fd/{number}', os.O_WRONLY | os.O_NONBLOCK)\n"
        "        os.write(end, b'x\\n')\n    except OSError:\n        pass"
    ))  # fmt: skip


@case()
def two_thousand_folders_in_each_other(folder):
    return solved(ex1=beside(
        "import os\nhere = os.getcwd()\nos.chdir(os.path.expanduser('~'))\n"
        "for _ in range(2000):\n    os.mkdir('deep' * 10)\n    os.chdir('deep' * 10)\nos.chdir(here)"
    ))  # fmt: skip


@case()
def folders_that_nobody_may_enter(folder):
    return solved(ex1=beside(
        "import os\ntop = os.path.expanduser('~').encode() + b'/\\xff\\n*'\nos.makedirs(top + b'/a/b')\n"
        "open(top + b'/a/b/c', 'w').close()\nos.symlink('/', top + b'/a/root')\nos.mkfifo(top + b'/p')\n"
        "os.chmod(top + b'/a/b', 0)\nos.chmod(top + b'/a', 0)\nos.chmod(top, 0)"
    ))  # fmt: skip


@case(NOTHING, all="unreadable")
def a_named_pipe(folder):
    os.mkfifo(folder / "00_start_here.ipynb")


@case(NOTHING, all="unreadable")
def a_link_to_a_pipe(folder):
    os.mkfifo(folder / "pipe")
    (folder / "00_start_here.ipynb").symlink_to(folder / "pipe")


@case((1.6, 3.0, 5.0), ex1="partial")
def an_integer_of_1300_bits(folder):
    return solved(ex1=RIGHT["00.1"].replace("likes / (m * n)", "2**1300"))


@case((1.6, 3.0, 5.0), ex1="partial")
def an_integer_of_400_digits(folder):
    return solved(ex1=RIGHT["00.1"].replace("likes / (m * n)", "10**399"))


@case(LOST_2)
def an_integer_of_ten_thousand_digits(folder):
    return solved(ex2=inside("return {name: 10**10_000 for name in names}"))


@case(LOST_2)
def a_dictionary_that_raises(folder):
    return solved(ex2=inside(
        "class Odd(dict):\n    def items(self):\n        raise ZeroDivisionError\nreturn Odd()"
    ))  # fmt: skip


@case(LOST_1)
def a_picture_of_nothing(folder):
    return solved(
        ex1=says("send(kernel.iopub_socket, 'display_data', {}, parent=kernel.get_parent())")
    )


@case(LOST_1)
def a_status_of_nothing(folder):
    return solved(ex1=says("send(kernel.iopub_socket, 'status', {}, parent=kernel.get_parent())"))


@case(LOST_1)
def an_error_without_a_name(folder):
    return solved(ex1=says("send(kernel.iopub_socket, 'error', {}, parent=kernel.get_parent())"))


@case(LOST_1)
def a_kernel_that_is_never_idle(folder):
    return solved(ex1=beside(
        "from ipykernel.kernelbase import Kernel\nKernel._publish_status = lambda *a, **k: None\n"
        "Kernel._publish_status_and_flush = lambda *a, **k: None"
    ))  # fmt: skip


FLOOD = (
    "import threading, time\nfrom ipykernel.kernelbase import Kernel\n"
    "Kernel._publish_status = Kernel._publish_status_and_flush = lambda *a, **k: None\n"
    "def flood(end=time.time() + 40):\n    while time.time() < end:\n"
    "        kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'busy'})\n"
    "        time.sleep(0.001)\n"
    "kernel = get_ipython().kernel\nthreading.Thread(target=flood, daemon=True).start()"
)


@case(LOST_1)
def endless_messages_and_never_idle(folder):
    return solved(ex1=beside(FLOOD))


@case(LOST_2, ex2="timeout")
def endless_replies(folder):
    return solved(ex2=inside(
        "import time\nkernel = get_ipython().kernel\nend = time.time() + 40\n"
        "while time.time() < end:\n    try:\n        time.sleep(0.001)\n"
        "        kernel.session.send(kernel.shell_stream or kernel.shell_socket, 'execute_reply', {},\n"
        "            ident=kernel._parent_ident['shell'])\n    except BaseException:\n        pass"
    ))  # fmt: skip


# ---------------------------------------------------------------- looking at what is not theirs

RIGHT_IF = "    return (*R.shape, int(R.sum()), float(R.mean()))\n"


@case(LOST_1, ex1="error")
def connects_to_a_socket_file(folder):
    server = socket.socket(socket.AF_UNIX)
    path = f"{tempfile.mkdtemp()}/host"
    server.bind(path)
    server.listen()
    SERVERS.append(server)
    return solved(ex1=(
        "# exercise 00.1\nimport socket\n\ndef summarize(R):\n"
        f"    socket.socket(socket.AF_UNIX).connect({path!r})\n" + RIGHT_IF
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def makes_a_socket_to_the_host(folder):
    return solved(ex1=(
        "# exercise 00.1\nimport socket\n\ndef summarize(R):\n"
        "    for family in (38, 40):\n        socket.socket(family, socket.SOCK_SEQPACKET if family == 38\n"
        "                      else socket.SOCK_STREAM)\n" + RIGHT_IF
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def reads_what_others_have_earned(folder):
    out = str(folder.parents[1] / "out")
    return solved(ex1=(
        "# exercise 00.1\nimport os\n\ndef summarize(R):\n"
        f"    assert os.path.exists({out!r}) or os.path.exists({str(folder.parent)!r})\n" + RIGHT_IF
    ))  # fmt: skip


@case(LOST_1, ex1="error")
def reads_passwords_or_packages(folder):
    return solved(ex1=(
        "# exercise 00.1\nimport os\n\ndef summarize(R):\n"
        "    assert os.access('/etc/shadow', os.R_OK) or os.path.isdir('/var/lib/dpkg')\n" + RIGHT_IF
    ))  # fmt: skip


# ---------------------------------------------------------------- what one answer takes from another

CALLS = (
    RIGHT["00.3"]
    .replace("top):\n", "top):\n    n = summarize(R)[1]\n")
    .replace("[:top]", "[:n][:top]")
)


@case((0.0, 3.0, 0.0), ex1="not-implemented", ex3="error")
def calls_an_answer_that_is_not_there(folder):
    nb = solved(ex3=CALLS)
    cell(nb, "00.1")["source"] = cell(released(), "00.1")["source"]
    return nb


@case((0.0, 3.0, 0.0), ex3="error")
def calls_an_answer_that_only_pretends(folder):
    return solved(ex1="# exercise 00.1\ndef summarize(R):\n    pass\n", ex3=CALLS)


@case((1.6, 3.0, 5.0), ex1="partial")
def calls_an_answer_that_is_nearly_right(folder):
    wrong = RIGHT["00.1"].replace("likes / (m * n)", "100 * likes / (m * n)")
    return solved(ex1=wrong.replace("m, n = R.shape", "m, n = R.shape[0], R.shape[1]"), ex3=CALLS)


@case((2.0, 3.0, 5.0))
def calls_an_answer_further_down(folder):
    first = RIGHT["00.1"].replace("    m, n", "    build_index(['a'])\n    m, n")
    return solved(ex1=first)
