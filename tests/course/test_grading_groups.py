"""Control groups, on a folder that behaves like theirs: this machine may have none that can be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graphrec_utils.grading.isolation import groups, kernel, sandbox

FILES = (
    "cgroup.controllers",
    "cgroup.procs",
    "cgroup.subtree_control",
    "memory.swap.max",
    "memory.oom.group",
)


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Return the folder of our own group; `monkeypatch` what it does on `mkdir` there for other systems."""
    made = Path.mkdir

    def mkdir(path, *more, **options):
        made(path)
        if path.parent == ours:
            files = (*FILES, "memory.max") if "memory" in control() else FILES
            for name in files:
                (path / name).write_text("")

    def control() -> str:
        return (ours / "cgroup.subtree_control").read_text()

    def remove(path):
        for file in Path(path).iterdir():
            file.unlink()
        rmdir(path)

    rmdir = os.rmdir
    ours = tmp_path / "session"
    made(ours)
    for name in FILES:
        (ours / name).write_text("")
    (tmp_path / "own").write_text("1:cpu:/x\n0::/session\n")
    monkeypatch.setattr(groups, "ROOT", str(tmp_path))
    monkeypatch.setattr(groups, "OWN", str(tmp_path / "own"))
    monkeypatch.setattr(Path, "mkdir", mkdir)
    monkeypatch.setattr(groups.os, "rmdir", remove)
    return ours


def test_we_move_to_a_group_beside_which_others_have_limits(system):
    (system / "cgroup.subtree_control").write_text("memory")
    with groups.delegated() as place:
        assert place == str(system)
        group = groups.make(place, f"graphrec-{os.getpid()}-k", 5 * 2**30)
        assert (group / "memory.max").read_text() == str(5 * 2**30)
        assert (group / "memory.oom.group").read_text() == "1"
        groups.enter(str(group))
        assert (group / "cgroup.procs").read_text() == "0"
    assert sorted(x.name for x in system.iterdir() if x.is_dir()) == []  # nothing is left


def test_where_there_is_a_real_second_version_it_ends_what_takes_more():
    with groups.delegated() as place:
        if not place:
            pytest.skip("no control groups of version 2 here that this process may write")
        group = groups.make(place, f"graphrec-{os.getpid()}-k", 200 * 2**20)
        tries = "from graphrec_utils.grading.isolation import groups; import sys; groups.enter(sys.argv[1]); "
        for much, code in ((50, 0), (400, -signal.SIGKILL)):
            takes = f"x = bytearray({much} * 2**20); x[::4096] = b'1' * len(x[::4096])"
            assert subprocess.run([sys.executable, "-c", tries + takes, group]).returncode == code
        assert "oom_kill 0" not in (group / "memory.events").read_text()
        groups.remove(group)
    assert not group.exists() and not list(Path(place).glob(f"graphrec-{os.getpid()}*"))


def test_memory_is_asked_for_and_without_it_there_are_no_groups(system):
    with groups.delegated() as place:
        assert (system / "cgroup.subtree_control").read_text() == "+memory"
        assert place == str(system)
    (system / "cgroup.subtree_control").write_text("")
    (system / "cgroup.subtree_control").chmod(0o400)
    if os.geteuid() != 0:  # root may write it all the same
        with groups.delegated() as place:
            assert place == ""


def test_a_folder_that_is_no_group_is_left_as_it_is(system):
    """Where the first version is used, version 2 has a place of its own, and its path leads elsewhere."""
    (system / "cgroup.controllers").unlink()
    before = sorted(system.iterdir())
    with groups.delegated() as place:
        assert place == "" and sorted(system.iterdir()) == before


@pytest.mark.parametrize("text", ["4:memory:/x\n", "", None])
def test_where_there_is_no_second_version_nothing_happens(tmp_path, monkeypatch, text):
    monkeypatch.setattr(groups, "OWN", str(tmp_path / "own"))
    monkeypatch.setattr(groups, "ROOT", str(tmp_path / "nothing"))
    if text is not None:
        (tmp_path / "own").write_text(text)
    with groups.delegated() as place:
        assert place == "" and groups.make(place, "k", 1) is None
    groups.enter("")
    groups.enter(str(tmp_path / "gone"))


def test_a_kernel_s_group_holds_what_its_watchdog_lets_it_have():
    limits = kernel.Limits()
    assert kernel._together(limits) == 2 * limits.memory + 640 * 2**20


def test_memory_of_all_processes_together_ends_the_kernel():
    made = object.__new__(kernel.Kernel)
    made.limits, made.descriptors, made._walled = kernel.Limits(memory=100), 0, True
    ended = []
    made.is_alive, made.stop = lambda: True, lambda: ended.append(True)
    made.usage = lambda: (3, 200)
    made._look()
    made.usage = lambda: (3, 201)
    with pytest.raises(kernel.KernelDied, match="more memory than allowed"):
        made._look()
    assert ended == [True]


def test_the_order_in_which_processes_end():
    assert 0 < sandbox.WORKER < sandbox.UNPACKING < sandbox.KERNEL <= 1000
