"""Start Jupyter kernels for one grading worker, each in its own sandbox.

Run by path, never imported by the rest of the package:
    nursery.py serve SOCKET   load the course's libraries once, then fork one kernel per request:
                              a new kernel costs a quarter of a second instead of three (Linux)
    nursery.py ask SOCKET CONFIG CONNECTION     what Jupyter takes for the kernel process: passes
                              the request on and ends when the kernel ends, and the reverse
    nursery.py alone - CONFIG CONNECTION        start a kernel without the server (other systems)

No secret ever enters this process: it knows folders, limits and a connection file.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from graphrec_utils.grading.isolation import room, sandbox

del sys.path[0]  # what a kernel imports is its own copy of the course

LIBRARIES = (
    "ipykernel.kernelapp", "ipykernel.zmqshell", "matplotlib.pyplot", "networkx", "numpy",
    "pandas", "psutil", "scipy.cluster.hierarchy", "scipy.sparse", "scipy.stats", "torch",
    "tqdm.auto", "ipywidgets", "numba", "pooch",
    "matplotlib_inline.backend_inline", "IPython.core.pylabtools",
    "PIL.features", "matplotlib.backends.backend_agg",
)  # fmt: skip
# A third of the time that all take, for answers that train (an optimizer loads the first) or use PyG:
RARE = ("torch._dynamo", "torch_geometric")  # see `server.Nursery.load_rare`


def serve(path: str) -> None:
    """Answer requests on a Unix socket until standard input closes."""
    folder = os.path.dirname(path)
    with open(os.path.join(folder, "walls"), "w") as file:
        json.dump(sandbox.try_out(folder), file)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(8)
    needed = _load(LIBRARIES)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for finished kernels
    while True:
        ready, _, _ = select.select([server, 0], [], [])
        if 0 in ready:
            if not os.read(0, 1):
                return
            needed = _load(RARE)
        if server not in ready:
            continue
        connection, _ = server.accept()
        if os.fork() == 0:
            code = 1
            with contextlib.suppress(BaseException):
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                code = _attend(connection, needed)
            os._exit(code)
        connection.close()


def _load(libraries: tuple[str, ...]) -> list[str]:
    """Import what is there of them; return what `room.needed` does."""
    for name in libraries:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a kernel would write to, and so copy, every page of the libraries
    return room.needed()


def _attend(connection: socket.socket, needed: list[str]) -> int:
    """Run one kernel; end it when the other side hangs up, and hang up when it ends."""
    request = json.loads(connection.makefile("r").readline())
    request["config"]["needed"] = needed
    os.setsid()
    connection.sendall(b"%d\n" % os.getpid())
    child, isolated = sandbox.enter(
        request["config"], lambda seal: _kernel(request, connection, seal)
    )
    ended = os.pidfd_open(child)
    ready, _, _ = select.select([connection, ended], [], [])
    if ended not in ready:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if not isolated:
        _end_descendants()
    with contextlib.suppress(OSError):
        connection.sendall(b"%d\n" % (os.waitstatus_to_exitcode(status) & 255))
    return 0


def _end_descendants() -> None:
    """End what the kernel has started; orphans were handed to this process."""
    import psutil

    for _ in range(20):
        if not (found := psutil.Process().children(recursive=True)):
            return
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=0.2)


def ask(path: str, config: str, connection_file: str) -> int:
    """Request a kernel and stay until it has ended; return its exit code."""
    sandbox.die_with_parent()
    request = {"config": _read(config), "connection": connection_file}
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    connection.sendall(json.dumps(request).encode() + b"\n")
    answers = connection.makefile("r")
    with open(f"{request['config']['own']}.pid", "w") as file:  # for the watchdog
        file.write(answers.readline())
    return int(answers.readline() or 1)


def alone(config: str, connection_file: str) -> None:
    """Become the kernel, or where processes can be forked, its guardian."""
    request = {"config": _read(config), "connection": connection_file}
    if hasattr(os, "fork"):
        child, isolated = sandbox.enter(
            request["config"], lambda seal: _kernel(request, None, seal)
        )
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255
        if not isolated:
            _end_descendants()
        sys.exit(code)
    _kernel(request, None, lambda: None)


def _read(config: str) -> dict:
    """Read a request's folders and limits; the file does not stay where a student could look."""
    with open(config, encoding="utf-8") as file:
        content = json.load(file)
    os.unlink(config)
    return content


def _kernel(request: dict, connection: socket.socket | None, seal: Callable[[], None]) -> None:
    """Be an IPython kernel with a clean environment. Does not return before the kernel ends."""
    if connection is not None:
        connection.detach()
    sandbox.leave_nothing_open()
    config = request["config"]
    os.environ.clear()
    os.environ.update(config["environment"])
    tempfile.tempdir = None  # what was imported before may have asked, and got another folder
    os.chdir(config["environment"]["HOME"])
    sys.path.insert(0, os.path.join(config["own"], "course"))
    for name in list(sys.modules):
        if name.partition(".")[0] == "graphrec_utils":
            del sys.modules[name]
    # an empty one, not ours: from Python 3.13 on, pdb looks for it before IPython makes its own
    sys.modules["__main__"] = types.ModuleType("__main__")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from ipykernel.kernelapp import IPKernelApp

    quiet = ("--IPKernelApp.capture_fd_output=False", "--HistoryManager.enabled=False")
    sys.argv = ["kernel"]
    app = IPKernelApp.instance()
    app.initialize(["-f", request["connection"], *quiet])
    seal()  # its sockets are there now; nothing of a student's has run yet
    app.start()


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "serve":
        sandbox.hide_this_process()
        serve(rest[0])
    elif mode == "ask":
        sys.exit(ask(*rest))
    else:
        alone(*rest[1:])
