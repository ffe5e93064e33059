"""How much computing and memory this process may spend on one submission, outside of its kernels."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable

from graphrec_utils.grading.submissions import intake
from graphrec_utils.grading.verdict import nothing

READ_SECONDS = 20.0  # of computing, before the first kernel starts
JUDGE_SECONDS = 300.0  # of computing, for the verdict on one exercise: an open task may train in it
MEMORY = 3 * 2**30  # of addresses, besides what the libraries take


class TooMuchToJudge(Exception):
    """A verdict takes longer than one may."""


@contextlib.contextmanager
def limited(seconds: float | None = None, error: Exception | None = None):
    """Let what is done with a student's text or values cost this process so much computing at most.

    Args:
        seconds: of computing; READ_SECONDS by default.
        error: what is raised if it costs more; by default that it cannot be read.

    Raises:
        intake.Unreadable, or `error`: it costs more.
    """
    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return
    seconds = READ_SECONDS if seconds is None else seconds
    error = error or intake.Unreadable(f"to read it takes more than {seconds:g} s of computing")

    def ring(*_):
        raise error

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)  # again, should somebody catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def affordable(judge: Callable[[], dict]) -> dict:
    """Return the verdict, or none of the points where an answer's values cost more to judge than they may."""
    try:
        with limited(JUDGE_SECONDS, TooMuchToJudge()):
            return judge()
    except TooMuchToJudge:
        return nothing("timeout", f"to judge it takes more than {JUDGE_SECONDS:g} s of computing")
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and "alloc" not in str(error):  # torch's word for it
            raise
        return nothing("output-limit", "to judge its values takes more memory than there is")


def limit_memory() -> None:
    """Let this process have MEMORY more than it has: what an answer sends may grow while it is read.

    A limit that children may raise for themselves; without such limits in a system, nothing happens.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, hard))
