"""Refuse the system calls that no answer needs and that have led out of sandboxes (Linux, seccomp).

Standard library only: this runs before a student's code does.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
CLONE_NEWUSER = 0x10000000
FAMILIES = (1, 2, 10, 16)  # of sockets: Unix, IPv4, IPv6, netlink; all but these reach the host
X32 = 0x40000000  # another table of calls on x86_64
# architecture in the kernel's words; socket, clone; refused: unshare setns mount umount2 pivot_root
# chroot ptrace process_vm_readv/writev bpf perf_event_open userfaultfd add_key request_key keyctl
# open_by_handle_at kexec_load init_module finit_module; and what holds memory outside of the limits:
# memfd_create shmget msgget
TABLES = {
    "x86_64": (0xC000003E, 41, 56, (272, 308, 165, 166, 155, 161, 101, 310, 311, 321, 298, 323, 248,
                                    249, 250, 304, 246, 175, 313, 319, 29, 68)),
    "aarch64": (0xC00000B7, 198, 220, (97, 268, 40, 39, 41, 51, 117, 270, 271, 280, 241, 282, 217,
                                       218, 219, 265, 104, 105, 273, 279, 194, 186)),
}  # fmt: skip
# numbers that all architectures share: io_uring, open_tree … fspick, mount_setattr, memfd_secret; clone3 is looked
# up last, because its flags cannot be read here: libraries then use clone
SHARED = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 447)
CLONE3 = 435
# that change modes, owners and attributes of files by name or number: chmod … removexattr
MODES = {"x86_64": (90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199),
         "aarch64": (52, 53, 452, 54, 55, 5, 6, 7, 14, 15, 16)}  # fmt: skip


def known() -> bool:
    """Report whether there is a table of this machine's calls."""
    return sys.platform == "linux" and platform.machine() in TABLES and sys.maxsize > 2**32


def refuse(modes: bool = False) -> None:
    """Refuse them to this process and all that it starts; it must have given up new privileges.

    Args:
        modes: whether to change the mode or owner of a file is to have no effect, without an error.

    Raises:
        OSError: the system has no such filter.
    """
    program = b"".join(struct.pack("HBBI", *line) for line in _program(platform.machine(), modes))
    memory = ctypes.create_string_buffer(program)
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    filter_ = ctypes.create_string_buffer(described)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _program(machine: str, modes: bool = False) -> list[tuple[int, int, int, int]]:
    """Return the filter: (code, lines to skip if true, lines to skip if not, value)."""
    architecture, socket, clone, refused = TABLES[machine]

    def stop(number: int) -> tuple[int, int, int, int]:
        return RETURN, 0, 0, ERRNO | number

    lines = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), stop(EPERM)]
    lines += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, X32), stop(ENOSYS)]
    for number in (*refused, *SHARED):
        lines += [(EQUAL, 0, 1, number), stop(EPERM)]
    for number in MODES[machine] if modes else ():
        lines += [(EQUAL, 0, 1, number), stop(0)]
    lines += [(EQUAL, 0, 1, CLONE3), stop(ENOSYS)]
    families = [(EQUAL, len(FAMILIES) - k, 0, family) for k, family in enumerate(FAMILIES)]
    lines += [(EQUAL, 0, len(FAMILIES) + 3, socket), (LOAD, 0, 0, ARGUMENT), *families]
    lines += [stop(EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)]
    lines += [(EQUAL, 0, 3, clone), (LOAD, 0, 0, ARGUMENT)]
    lines += [(ANY_BIT, 0, 1, CLONE_NEWUSER), stop(EPERM)]
    return [*lines, (RETURN, 0, 0, ALLOW)]
