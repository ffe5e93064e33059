"""One kernel for one exercise: sandboxed, watched, and gone when the exercise is done."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

import zmq
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel

from graphrec_utils.cli.setup.environment import ONE_THREAD
from graphrec_utils.grading.isolation import closing, groups, room, tidy

POLL = 0.1  # seconds between two looks at a working kernel
PROCESSES = 64
DESCRIPTORS = 4096  # of all of them together
DISK, FILES = 256 * 2**20, 20_000  # what it may write, where the system does not limit it
START_SECONDS = 180  # on a busy machine that takes time
MESSAGE_BYTES = 32 * 2**20  # one message; all messages of one cell: Limits.output
ENVELOPE = 256  # bytes that a message counts besides its content: there may be very many
OUTPUT_SECONDS = 2.0  # after a cell's time, for what it has sent to arrive


class KernelDied(Exception):
    """The kernel's process has ended, or the watchdog ended it; the text says why."""


class TooMuchOutput(Exception):
    """The kernel sent more than it may, or something that is not a Jupyter message."""


class OutOfTime(Exception):
    """A cell took longer than it may."""


@dataclass(frozen=True)
class Limits:
    """What one exercise may use: seconds, bytes of memory, bytes of output."""

    seconds: float = 10.0
    memory: int = 2048 * 2**20
    output: int = 16 * 2**20


def environment(own: Path) -> dict[str, str]:
    """Return the whole environment of a kernel: nothing of the grader's is passed on."""
    folder = str(own / room.HOME)
    kept = {k: os.environ[k] for k in ("PATH", "LANG", "SYSTEMROOT") if k in os.environ}
    return kept | ONE_THREAD | {
        "HOME": folder,
        "TMPDIR": folder,
        "IPYTHONDIR": folder,
        "MPLCONFIGDIR": folder,
        "NUMBA_CACHE_DIR": folder,
        "MPLBACKEND": "agg",
        "PYTHONPATH": str(own / "course"),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GRAPHREC_RECORD": "0",
        "GRAPHREC_GRADING": "1",
    }  # fmt: skip


class Kernel(RunningKernel):
    """nbval's kernel, with our process behind it and our patience.

    `nursery` is the `server.Nursery` that starts it;
    `limit` is the time in seconds that the next cell may take; `closed` are functions of the
    library that are the exercise, such as "graphrec_utils.graphs.adjacency".
    """

    def __init__(self, nursery, limits: Limits, closed: tuple[str, ...] = ()):
        self.limits, self.limit = limits, float(START_SECONDS)
        self.own = Path(tempfile.mkdtemp(prefix="k", dir=nursery.folder))
        self._waiting: deque[dict] = deque()  # messages that came while we waited for a reply
        self._bytes = 0
        self._end = float("inf")  # when what a cell sends is no longer waited for
        self.status = "ok"
        self.group: Path | None = None
        self.descriptors = 0
        self._walled = "namespaces" in nursery.walls()  # then its disk has a size, see `room`
        try:
            (self.own / room.HOME).mkdir()
            # where nobody can write into it, a link does: 700 new files a kernel take long
            share = _link if self._walled else shutil.copy2
            shutil.copytree(nursery.course, self.own / "course", copy_function=share)
            closing.close(self.own / "course", closed)
            self.group = groups.make(
                nursery.groups, f"graphrec-{os.getppid()}-{self.own.name}", _together(limits)
            )
            argv = [*nursery.command(self.own, limits, self.group), "{connection_file}"]
            if not nursery.process:
                argv[1:3] = ["-P"]
            self.km = KernelManager(
                kernel_name="graphrec",
                kernel_spec_manager=_OurSpec(argv),
                transport="tcp" if sys.platform == "win32" else "ipc",
                connection_file=str(self.own / "c.json"),
                autorestart=False,
            )
            self.km.start_kernel(
                cwd=str(self.own),
                env=environment(self.own),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.kc = self.km.client(context=_context())
            self.kc.start_channels(hb=False, stdin=False, control=False)
            self._greet()
        except BaseException:
            self.stop()
            raise

    def _greet(self) -> None:
        """Ask until the kernel answers on both channels: it may not listen to the first one yet."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            request = self.kc.kernel_info()
            with contextlib.suppress(Empty, OutOfTime):
                self.await_reply(request, timeout=10)
                self.await_idle(request, 0.2)
                self._end = float("inf")
                return
        raise RuntimeError("the kernel did not start")

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the reply to a request.

        Raises:
            queue.Empty: `timeout` (or `limit`) seconds have passed.
            KernelDied: it will never come.
            TooMuchOutput: the kernel floods us.
        """
        now = time.monotonic()
        end = now + (self.limit if timeout is None else min(timeout, self.limit))
        self._end = end + OUTPUT_SECONDS
        next_look = 0.0
        while now < end:
            if now >= next_look:
                self._look()
                next_look = now + POLL
            if self.kc.iopub_channel.msg_ready():  # one by one: there may always be another
                self._waiting.append(self._receive(self.kc.get_iopub_msg, 0))
            wait = 0 if self.kc.iopub_channel.msg_ready() else min(POLL, end - now)
            with contextlib.suppress(Empty):
                message = self._receive(self.kc.get_shell_msg, wait)
                if message["parent_header"].get("msg_id") == msg_id:
                    self.status = message["content"].get("status", "error")
                    return
            now = time.monotonic()
        raise Empty

    def get_message(self, stream: str, timeout: float | None = None) -> dict:
        """Return the next message of a channel, those first that came while we waited.

        Raises:
            queue.Empty: `timeout` seconds have passed.
            OutOfTime: messages are still coming when the cell's time has long been over.
        """
        if stream == "iopub" and self._waiting:
            return self._waiting.popleft()
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        get = self.kc.get_iopub_msg if stream == "iopub" else self.kc.get_shell_msg
        return self._receive(get, left if timeout is None else min(left, timeout))

    def _receive(self, get, timeout: float | None) -> dict:
        try:
            message = get(timeout=timeout)
            message["parent_header"].get("msg_id"), message["content"].get("status")
            message["msg_type"].strip()
        except Empty:
            raise
        except Exception:  # forged or damaged: the library raises whatever it likes
            raise TooMuchOutput("the kernel sent noise instead of messages") from None
        self._bytes += ENVELOPE + _size(message["content"])
        if self._bytes > self.limits.output:
            raise TooMuchOutput(f"more than {self.limits.output / 2**20:g} MB of output")
        return message

    def _look(self) -> None:
        """End a kernel that is dead, has too many processes or too much memory."""
        if not self.is_alive():
            raise KernelDied("the kernel died (a crash, an exit, or out of memory)")
        processes, memory = self.usage()
        if processes > PROCESSES:
            self.stop()
            raise KernelDied(f"more than {PROCESSES} processes")
        if memory > 2 * self.limits.memory:
            self.stop()
            raise KernelDied("more memory than allowed")
        if self.descriptors > DESCRIPTORS:
            self.stop()
            raise KernelDied(f"more than {DESCRIPTORS:,} open files and sockets")
        if not self._walled and tidy.holds_more(self.own, FILES, DISK):
            self.stop()
            raise KernelDied(f"more than {DISK / 2**20:g} MB or {FILES:,} files written")

    def usage(self) -> tuple[int, int]:
        """Return the number of processes below the kernel and their memory in bytes."""
        with contextlib.suppress(ImportError):
            import psutil

            with contextlib.suppress(psutil.Error, OSError, ValueError, AttributeError):
                file = self.own.with_suffix(".pid")
                pid = int(file.read_text()) if file.exists() else self.km.provisioner.pid
                below = _below(pid)
                # each process may have some (`sandbox.DESCRIPTORS`), and what waits in sockets is memory
                self.descriptors = sum(map(_descriptors, below)) if len(below) > 4 else 0
                memory = sum(map(_memory, below))
                if memory > self.limits.memory:  # forked processes share most of theirs
                    memory = sum(_memory(process, exact=True) for process in below)
                return len(below), memory
        return 0, 0

    def is_alive(self) -> bool:
        """Report whether the process that stands for the kernel is there."""
        return hasattr(self, "km") and self.km.has_kernel and self.km.is_alive()

    def interrupt(self) -> None:
        """Give the kernel up instead: nbval calls this when a cell's time is over.

        Raises:
            OutOfTime: always; whoever catches interrupts would cost more time.
        """
        raise OutOfTime

    def stop(self) -> None:
        """End the kernel, all it has started, and all it has written."""
        if hasattr(self, "kc"):
            self.kc.stop_channels()
        if hasattr(self, "km"):
            with contextlib.suppress(Exception):
                self.km.shutdown_kernel(now=True)
            del self.km
        groups.remove(self.group)
        tidy.remove(self.own)  # what is left of it goes with the batch's folder
        self.own.with_suffix(".pid").unlink(missing_ok=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links, or with too many of this one
        shutil.copy2(source, target)


def _below(pid: int) -> list:
    """Return the processes that a process has started, and those that they have.

    Linux lists the children of each thread; psutil would read all processes of the machine.
    """
    import psutil

    if not os.path.exists(f"/proc/{pid}/task/{pid}/children"):
        return psutil.Process(pid).children(recursive=True)
    found, waiting = [], [pid]
    while waiting and len(found) <= PROCESSES:
        folder = f"/proc/{waiting.pop()}/task"
        for thread in os.listdir(folder) if os.path.isdir(folder) else ():
            with contextlib.suppress(OSError, psutil.Error):
                children = [int(x) for x in Path(folder, thread, "children").read_text().split()]
                found += map(psutil.Process, children)
                waiting += children
    return found


def _descriptors(process) -> int:
    """Return how many files, pipes and sockets a process has open; 0 where nobody may look."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{process.pid}/fd"))
    return 0


def _together(limits: Limits) -> int:
    """Return the bytes that all processes of a kernel may have together, what they write included."""
    return 2 * limits.memory + sum(room.SPACES.values())


def _memory(process, exact: bool = False) -> int:
    """Return the memory of a process; `exact` divides shared pages among those who share them."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError, AttributeError):
        return process.memory_full_info().pss if exact else process.memory_info().rss
    return 0


def _size(content) -> int:
    """Return about how many bytes a message's content holds, without recursion."""
    total, stack = 0, [content]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
            total += 8 * len(item)
        elif isinstance(item, list):
            stack.extend(item)
            total += 8 * len(item)
        else:
            total += len(item) if isinstance(item, str | bytes) else 8
    return total


@functools.cache
def _context() -> zmq.Context:
    """Return sockets' defaults: hang up on a message too large to be honest, queue few."""
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
    context.setsockopt(zmq.RCVHWM, 200)
    return context


class _OurSpec(KernelSpecManager):
    def __init__(self, argv: list[str]):
        super().__init__()
        self.argv = argv

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict() | {"argv": self.argv})
