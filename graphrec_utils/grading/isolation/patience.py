"""How much computing and memory this process may spend on one submission, outside of its kernels."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from graphrec_utils.grading.submissions import intake
from graphrec_utils.grading.verdict import nothing

READ_SECONDS = 20.0  # of computing, before the first kernel starts
JUDGE_SECONDS = 300.0  # of computing, for the verdict on one exercise: an open task may train in it
MEMORY = 3 * 2**30  # of addresses, besides what torch takes


FILE = 2**30  # bytes of a file that it writes, such as what its libraries print
TOO_LONG = ("timeout", f"to judge it takes more than {JUDGE_SECONDS:g} s of computing")
TOO_LARGE = ("output-limit", "to judge its values takes more memory than there is")


class TooMuchToJudge(Exception):
    """What an answer sent costs more than it may; the arguments are a status and its sentence."""


@contextlib.contextmanager
def limited(seconds: float | None = None, error: Exception | None = None):
    """Let what is done with a student's text or values cost this process so much computing at most.

    Args:
        seconds: of computing; READ_SECONDS by default.
        error: what is raised if it costs more; by default that it cannot be read.

    Raises:
        intake.Unreadable, or `error`: it costs more.
    """
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    seconds = READ_SECONDS if seconds is None else seconds
    error = error or intake.Unreadable(f"to read it takes more than {seconds:g} s of computing")

    def ring(*_):
        raise error

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # again, should somebody catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class Budget:
    """The computing that all an answer sends may cost this process: to read, compare and judge it."""

    def __init__(self):
        self.left = JUDGE_SECONDS

    def spend(self, work: Callable[[], object]):
        """Return what `work` returns.

        Raises:
            TooMuchToJudge: it takes more than is left, or more memory than there is.
        """
        start = time.process_time()
        try:
            with limited(max(self.left, 0.01), TooMuchToJudge(*TOO_LONG)):
                return work()
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and "alloc" not in str(
                error
            ):  # torch's word for it
                raise
            raise TooMuchToJudge(*TOO_LARGE) from None
        finally:
            self.left -= time.process_time() - start

    def verdict(self, judge: Callable[[], dict]) -> dict:
        """Return the verdict, or none of the points where it costs more than is left."""
        try:
            return self.spend(judge)
        except TooMuchToJudge as error:
            return nothing(*error.args)


def limit_memory() -> None:
    """Let this process have MEMORY more than it has, and write FILE bytes into a file at most.

    What an answer sends may grow while it is read. Limits that children may raise for themselves;
    without such limits in a system, nothing happens.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, hard))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, hard))
