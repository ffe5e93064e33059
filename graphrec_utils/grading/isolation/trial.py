"""Try out, from inside a kernel, what students' code can reach on this system."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

from graphrec_utils.grading.isolation.kernel import Limits
from graphrec_utils.grading.isolation.server import Nursery

ATTEMPT = """
import errno, json, os, socket, stat, sys
def can(path, write):
    if write:
        try:  # its owner may, whatever else is closed; a call without effect leaves no time
            before = os.stat(path)
            os.chmod(path, stat.S_IMODE(before.st_mode))
            if os.stat(path).st_ctime_ns != before.st_ctime_ns:
                return True
        except OSError:
            pass
    folder = os.path.isdir(path)
    flags = [0, os.O_WRONLY][write] | getattr(os, "O_NONBLOCK", 0)
    if folder and (write or not hasattr(os, "O_DIRECTORY")):
        flags |= getattr(os, "O_TMPFILE", 0)  # a file without a name
        if not hasattr(os, "O_TMPFILE"):
            return os.access(path, [os.R_OK, os.W_OK][write])
    try:
        os.close(os.open(path, flags))
    except OSError as error:
        unknown = error.errno in (errno.EOPNOTSUPP, errno.EISDIR)
        return unknown and os.access(path, os.W_OK)
    return True
network = any(name != "lo" for _, name in socket.if_nameindex())
files = any(can(path, False) for path in ("/etc/shadow", *{private!r}))
writes = any(can(path, True) for path in (sys.prefix, os.__file__, *{private!r}))
print(json.dumps([network, files, writes]))
"""


def of(nursery: Nursery, limits: Limits, private: list[str]) -> dict:
    """Return what a kernel is kept from.

    Args:
        private: folders and files that no student's code may see.

    Returns:
        {"network": "closed" | "open", "files": "hidden" | "open", "writes": "closed" | "open",
        "walls": names of what keeps it}.

    Raises:
        RuntimeError: the trial itself fails.
    """
    kernel = nursery.kernel(limits)
    try:
        known = [p for path in filter(os.path.exists, private) for p in _inside(path, nursery)]
        request = kernel.execute_cell_input(ATTEMPT.format(private=known), allow_stdin=False)
        kernel.await_reply(request)
        while True:
            message = kernel.get_message("iopub", 10)
            if message["msg_type"] == "error":
                raise RuntimeError(f"the trial fails: {message['content']['evalue']}")
            if message["msg_type"] == "stream":
                network, files, writes = json.loads(message["content"]["text"])
                return {
                    "network": "open" if network else "closed",
                    "files": "open" if files else "hidden",
                    "writes": "open" if writes else "closed",
                    "walls": nursery.walls(),
                }
    finally:
        kernel.stop()


def _inside(path: str, nursery: Nursery) -> Iterator[str]:
    """Yield what is in a private folder, or a private file, less what a kernel must see."""
    seen = [os.path.realpath(p) for p in (sys.prefix, sys.base_prefix, nursery.folder)]
    seen = [
        p for p in seen if not os.path.realpath(path).startswith(f"{p}/")
    ]  # a copy of the course in them
    inside = [os.path.join(path, name) for name in os.listdir(path)] if os.path.isdir(path) else []
    for one in map(os.path.realpath, inside or [path]):  # an environment may be a link
        if not any(f"{p}/".startswith(f"{one}/") or one.startswith(f"{p}/") for p in seen):
            yield one
