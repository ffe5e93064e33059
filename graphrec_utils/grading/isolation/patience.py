"""How much computing the text of one submission may cost before a kernel is started for it."""

from __future__ import annotations

import contextlib
import signal

from graphrec_utils.grading.submissions import intake

READ_SECONDS = 20.0  # of computing, before the first kernel starts


@contextlib.contextmanager
def limited():
    """Let what is done with a student's text cost this process READ_SECONDS of computing at most.

    Raises:
        intake.Unreadable: it costs more.
    """
    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return

    def ring(*_):
        raise intake.Unreadable(f"to read it takes more than {READ_SECONDS:g} s of computing")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, READ_SECONDS, 1)  # again, should somebody catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
