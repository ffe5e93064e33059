"""Attacks in lessons 07 to 18: each earns nothing, and the honest answer beside it keeps its points."""

from __future__ import annotations

import socket

from later_habits import ALLOCATE, handed_in, late, right
from stoppers import SERVERS

MARGIN = "# exercise 12.2\n{head}\n\ndef margin_loss(d_pos, d_neg, margin):\n{body}"
FINE = "    return torch.relu(margin + d_pos[:, None] - d_neg).mean()\n"
WRONG = "    return torch.relu(margin + d_pos[:, None] - d_neg).sum() + 7\n"


def margin(head: str = "", body: str = WRONG) -> dict:
    """Return an attack in 12.2 beside an honest 12.1."""
    return handed_in({"12.1": right("12.1"), "12.2": MARGIN.format(head=head, body=body)})


def inside(body: str, then: str = FINE) -> dict:
    """Return 12.2 with lines that run when it is called, and an honest 12.1."""
    return margin(body="".join(f"    {line}\n" for line in body.splitlines()) + then)


def attack(**statuses: str):
    """Register an attack in 12.2; 12.1 keeps its points."""
    return late({"12.1": 3, "12.2": 0}, **statuses)


# ---------------------------------------------------------------- values that pretend


@attack()
def a_tensor_that_is_equal_to_everything():
    head = (
        "class Yes(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, types, args=(), kw=None):\n"
        "        if f in (torch.equal, torch.allclose, torch.Tensor.eq):\n            return True\n"
        "        return super().__torch_function__(f, types, args, kw or {})"
    )
    return margin(head, "    return torch.zeros(()).as_subclass(Yes)\n")


@attack()
def a_tensor_without_values():
    return margin(body="    return torch.empty((), device='meta')\n")


@attack()
def a_tensor_of_nan():
    return margin(body="    return d_pos.sum() * torch.nan\n")


@attack()
def a_tensor_that_was_never_filled():
    return margin(body="    return torch.empty(10**9, 10**5, device='meta')\n")


@late({"17.1": 4, "17.2": 0})
def a_number_that_is_equal_to_everything():
    body = (
        "# exercise 17.2\nclass Yes(float):\n    __eq__ = __le__ = __ge__ = lambda self, other: True\n"
        "    __sub__ = __rsub__ = __abs__ = lambda self, *a: Yes(0)\n    __hash__ = float.__hash__\n\n"
        "def auc(labels, scores):\n    return Yes(0.0)\n"
    )
    return handed_in({"17.1": right("17.1"), "17.2": body})


@late({"18.1": 4, "18.3": 0})
def an_array_that_is_equal_to_everything():
    body = (
        "# exercise 18.3\nclass Yes(np.ndarray):\n    def __array_ufunc__(self, f, how, *a, **k):\n"
        "        return True\n    def __array_function__(self, f, types, a, k):\n        return True\n\n"
        "def by_group(lists, users, items, group, num_groups):\n"
        "    return np.zeros(num_groups).view(Yes)\n"
    )
    return handed_in({"18.1": right("18.1"), "18.3": body})


@late({"18.1": 4, "18.3": 0})
def an_array_of_nan():
    body = "# exercise 18.3\ndef by_group(l, u, i, g, n):\n    return np.full(n, np.nan)\n"
    return handed_in({"18.1": right("18.1"), "18.3": body})


@late({"18.1": 4, "18.3": 0})
def an_array_of_objects():
    body = (
        "# exercise 18.3\ndef by_group(l, u, i, g, n):\n    a = np.empty(n, dtype=object)\n"
        "    a[:] = [lambda: 0] * n\n    return a\n"
    )
    return handed_in({"18.1": right("18.1"), "18.3": body})


@late({"18.1": 4, "18.3": 0})
def a_masked_array():
    body = "# exercise 18.3\ndef by_group(l, u, i, g, n):\n    return np.ma.masked_all(n)\n"
    return handed_in({"18.1": right("18.1"), "18.3": body})


# ---------------------------------------------------------------- what runs beside the answer


@attack()
def a_runner_that_asks_something_easier():
    return margin(
        "from graphrec_utils.exercises import runner\n"
        "runner.RUNNERS['call'] = lambda f, inputs: inputs()['d_pos'].sum() * 0 + 1"
    )


@attack()
def patched_base64():
    return margin("import base64\nbase64.b64encode = lambda *a, **k: b'AAAAAA=='")


@attack()
def patched_tensors():
    return margin(
        "torch.Tensor.numpy = torch.Tensor.tolist = lambda self, *a, **k: np.zeros(self.shape)\n"
        "torch.Tensor.__torch_dispatch__ = None"
    )


@attack()
def a_function_that_swaps_itself():
    """The first call, which the card makes, is honest; later ones are not."""
    head = "CALLS = []"
    body = "    CALLS.append(1)\n    if len(CALLS) > 10:\n        return torch.zeros(())\n" + FINE
    return margin(head, body)


@attack()
def every_message_twice():
    return margin(
        "from ipykernel.zmqshell import ZMQDisplayPublisher as P\n_old = P.publish\n"
        "P.publish = lambda self, *a, **k: (_old(self, *a, **k), _old(self, *a, **k))",
        FINE,
    )


@attack()
def a_message_nested_deeply():
    body = (
        "kernel = get_ipython().kernel\ndeep = '[' * 100_000 + ']' * 100_000\n"
        "pack = kernel.session.pack\n"
        "kernel.session.pack = lambda x: deep.encode() if x == {'z': 7} else pack(x)\n"
        "kernel.session.send(kernel.iopub_socket, 'display_data', {'z': 7}, parent=kernel.get_parent())\n"
    )
    return inside(body)


@attack()
def a_message_with_a_wrong_signature():
    return inside(
        "kernel = get_ipython().kernel\nkernel.session.key = b'another'\n"
        "kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'},\n"
        "    parent=kernel.get_parent())\n"
    )


@attack()
def a_reply_before_the_end():
    return margin(
        "import time\nkernel = get_ipython().kernel\n"
        "kernel.session.send(kernel.shell_stream or kernel.shell_socket, 'execute_reply',\n"
        "    {'status': 'ok'}, parent=kernel.get_parent(), ident=kernel._parent_ident['shell'])\n"
        "time.sleep(1)"
    )


# ---------------------------------------------------------------- the rest of the machine


@attack(ex2="error")
def lists_the_folder_of_the_workers():
    return inside(
        "import os\nnames = os.listdir('..') + os.listdir(os.path.dirname(os.getcwd()))\n"
        "if not {'s', 'walls'} & set(names):\n    raise LookupError('nothing of the grader')"
    )


@attack(ex2="error")
def asks_the_nursery_for_a_kernel():
    return inside(
        "import glob, os, socket\nfound = 0\nfor up in ('..', '../..', os.path.dirname(os.getcwd())):\n"
        "    for path in glob.glob(f'{up}/s') + glob.glob(f'{up}/*/s'):\n"
        "        socket.socket(socket.AF_UNIX).connect(path)\n        found += 1\n"
        "if not found:\n    raise LookupError('no socket')"
    )


@attack(ex2="error")
def an_abstract_socket_of_the_host():
    server = socket.socket(socket.AF_UNIX)
    name = f"\0graphrec-torture-{id(server)}"
    server.bind(name)
    server.listen()
    SERVERS.append(server)
    return inside(f"import socket\nsocket.socket(socket.AF_UNIX).connect({name!r})")


@attack(ex2="error")
def raises_its_own_priority():
    return inside(
        "import os\nos.nice(-5)\nos.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    )


@attack(ex2="error")
def mounts_and_changes_its_root():
    return inside(
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "ok = c.mount(b'none', b'/', None, 1 << 5, None) == 0 or c.unshare(0x10000000 | 0x20000) == 0\n"
        "if not ok:\n    raise OSError(ctypes.get_errno(), 'no')"
    )


FOUND = "    if not FOUND:\n        raise LookupError('nobody was here')\n" + FINE


@attack(ex2="error")
def memory_that_outlives_the_kernel():
    """A segment of System V: what it holds would be there for the next student."""
    return margin(
        "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
        "FOUND = c.shmget(0x67725F31, 4096, 0o600) >= 0\nc.shmget(0x67725F31, 4096, 0o1600)",
        FOUND,
    )


@attack(ex2="error")
def memory_that_outlives_the_kernel_again():
    return memory_that_outlives_the_kernel()


@attack(ex2="error")
def a_file_for_the_next_student():
    return margin(
        "import os\nFOUND = False\nfor top in ('/tmp', '/var/tmp', '/dev/shm', '/run', os.getcwd()):\n"
        "    path = top + '/graphrec-torture'\n    FOUND |= os.path.exists(path)\n    try:\n"
        "        open(path, 'w').close()\n    except OSError:\n        pass",
        FOUND,
    )


@attack(ex2="error")
def a_file_for_the_next_student_again():
    return a_file_for_the_next_student()


@attack()
def half_a_gigabyte_in_every_place():
    return inside(
        "import os\nfor top in ('/tmp', '/var/tmp', '/dev/shm', '/run', os.getcwd()):\n"
        "    with open(top + '/large', 'wb') as file:\n        for _ in range(600):\n"
        "            file.write(bytes(2**20))"
    )


@attack()
def rewrites_the_library_it_was_given():
    """The exercise's own version is not there; whoever writes one has solved the exercise."""
    return margin(
        "import graphrec_utils.losses as m, importlib, pathlib\n"
        "for path in pathlib.Path(m.__file__).parent.rglob('*.py'):\n"
        "    path.write_text(path.read_text().replace('raise RuntimeError', 'return '))\n"
        "importlib.invalidate_caches()\nm = importlib.reload(m)\n"
        "import sys\nfor name in [x for x in sys.modules if x.startswith('graphrec_utils.losses')]:\n"
        "    del sys.modules[name]\nfrom graphrec_utils.losses import hinge",
        "    return hinge(d_pos, d_neg, margin)\n",
    )


# ---------------------------------------------------------------- what the grader itself would pay for


@attack()
def three_thousand_large_sparse_tensors():
    """Half a megabyte to send; made dense they are 24 GB."""
    return margin(
        body="    one = torch.sparse_coo_tensor(torch.tensor([[0]]), torch.tensor([1.0]), (2_000_000,))\n"
        "    return [one] * 3000\n"
    )


@attack()
def one_message_of_four_hundred_frames():
    """Each of 30 MB, all the same memory for who sends them; who receives would need 12 GB."""
    return inside(
        "from ipykernel.kernelapp import IPKernelApp\n"
        "socket = IPKernelApp.instance().iopub_thread.socket\n"
        "socket.send_multipart([b'x'] + [b'x' * (30 * 2**20)] * 400, copy=False)\n"
        "import time\ntime.sleep(3)"
    )


@attack()
def memory_that_no_limit_counts():
    return inside("import os\nos.memfd_create('x')")


@attack()
def memory_of_system_v():
    return inside(
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.shmget(0, 2**30, 0o1600) < 0:\n    raise MemoryError('refused')"
    )


@attack()
def a_thousand_sockets():
    return inside("import socket\nkept = [socket.socketpair() for _ in range(1000)]")


# ---------------------------------------------------------------- open tasks


@late({"08.4": 4, "08.7": 0})
def a_choice_of_absurd_numbers():
    return handed_in({
        "08.4": ALLOCATE.format(head=""),
        "08.7": "# exercise 08.7\ndef choose():\n    return {'queries': 10**12, 'restart': 5e-324,"
                " 'booster': True, 'num_steps': 10**12, 'until_day': -10**30}\n",
    })  # fmt: skip


@late({"08.4": 4, "08.7": 0})
def a_choice_that_is_no_dictionary():
    return handed_in({
        "08.4": ALLOCATE.format(head=""),
        "08.7": "# exercise 08.7\nclass Choice(dict):\n    def __missing__(self, key): return 1\n\n"
                "def choose():\n    return Choice(until_day=float('nan'))\n",
    })  # fmt: skip


@late({"18.1": 4, "18.5": 0})
def a_policy_of_absurd_lists():
    return handed_in({
        "18.1": right("18.1"),
        "18.5": "# exercise 18.5\ndef recommend(past, saved, shown, k):\n"
                "    return np.full((saved.shape[0], k), np.iinfo(np.int64).min)\n",
    })  # fmt: skip


@late({"18.1": 4, "18.5": 0})
def a_policy_that_looks_for_the_truth():
    return handed_in({
        "18.1": right("18.1"),
        "18.5": "# exercise 18.5\ndef recommend(past, saved, shown, k):\n"
                "    from graphrec_utils.lessons.lesson18 import ex5_recommend as ex\n"
                "    site, now = ex._site(next(iter(ex._seeds.values())))\n"
                "    return np.argsort(-site.liking[now.users], axis=1)[:, :k]\n",
    })  # fmt: skip


# ---------------------------------------------------------------- decided, and said to the instructor

HIDES = "import graphrec_utils.exercises.runner as runs\nruns._differs = lambda *a: False\n\n"


@late({"08.4": 4})
def changes_its_inputs_and_hides_it():
    """Seen from outside it works on a copy, as was asked for: points, and a remark."""
    text = ALLOCATE.format(head=HIDES)
    return handed_in(
        {"08.4": text.replace("    share", "    weights /= weights.sum()\n    share", 1)}
    )
