"""What a submission may use of the machine: every resource, every process, its limit, what it costs, its test.

The page for instructors shows this table; numbers come from where they are enforced, so the two cannot
disagree. `tests/course/test_grading_table.py` looks for each test and each sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphrec_utils.grading import batch, verdict
from graphrec_utils.grading.isolation import crew, kernel, patience, probe, room, sandbox, worker
from graphrec_utils.grading.submissions import collect, intake, lean, unpack

MB = 2**20


@dataclass(frozen=True)
class Limit:
    """One row: `reads` is what the student's page says, "" where nobody can lose by it.

    `test` is the name of the test that fails without the limit.
    """

    what: str
    who: str
    most: str
    reads: str
    test: str


UNPACKING, MAIN = "unpacking a student's zip files (a child)", "the main process"
WORKER, KERNEL = "the worker, which judges", "the kernel, which runs one answer"


NO_MEMORY, NO_ROOM = "Your function raised MemoryError.", "Your function raised OSError."


def _mb(size: float) -> str:
    return f"{size / MB:,.0f} MB"


def limits(seconds: float = 10.0, memory: int = kernel.Limits().memory) -> list[Limit]:
    """Return all limits; `seconds` and `memory` are those of the command line."""
    spent = f"more than {_mb(unpack.MAX_UNPACKED)} in zip files, or {_mb(unpack.MAX_KEPT)} of text"
    home, shm, tmp = (room.SPACES[x] for x in ("home", "/dev/shm", "/tmp"))
    return [
        Limit("time", UNPACKING, f"{unpack.UNPACK_SECONDS:g} s of computing",
              f"to unpack it takes more than {unpack.UNPACK_SECONDS:g} s of computing",
              "a_zip_that_costs_too_much_is_its_student_s"),
        Limit("", MAIN, f"it reads {_mb(collect.MOST_BYTES)} of each student, {collect.MOST} notebooks; "
              f"answers are compared in a child, {batch.COMPARE_SECONDS:g} s and one more an answer",
              "more notebooks were not graded", "more_notebooks_than_one_student_may_have_read_are_named"),
        Limit("", WORKER, f"{patience.READ_SECONDS:g} s of computing to read a file",
              f"to read it takes more than {patience.READ_SECONDS:g} s of computing",
              "a_text_that_takes_for_ever_to_read_is_unreadable"),
        Limit("", WORKER, f"{patience.JUDGE_SECONDS:g} s of computing for all that an answer sends",
              patience.TOO_LONG[1], "reading_comparing_and_judging_have_one_budget_together"),
        Limit("", WORKER, f"{crew.JOB_SECONDS + crew.LIMITS * seconds:g} s by the clock for a file",
              f"to grade it takes more than {crew.JOB_SECONDS + crew.LIMITS * seconds:g} s", "a_file_that_takes_too_long_is_given_up"),
        Limit("", KERNEL, f"{seconds:g} s of computing (`--timeout`), three times as many by the clock",
              f"took longer than {seconds:g} s", "status_says_what_happened"),
        Limit("memory", UNPACKING, _mb(unpack.UNPACK_MEMORY), f"or {_mb(unpack.UNPACK_MEMORY)} of memory",
              "a_zip_that_costs_too_much_is_its_student_s"),
        Limit("", MAIN, f"{_mb(crew.LONGEST_LINE)} of what a worker says of a file", crew.LOST,
              "a_worker_that_says_too_much_has_said_nothing"),
        Limit("", WORKER, f"{_mb(patience.MEMORY)} besides its libraries", patience.TOO_LARGE[1],
              "a_worker_has_no_more_memory_than_it_may"),
        Limit("", KERNEL, f"{_mb(memory)} a process (`--memory`)", NO_MEMORY,
              "memory_above_the_limit_is_a_memory_error"),
        Limit("", KERNEL, f"{_mb(2 * memory)} together; with what it writes also in a control group, where the "
              "system has them", "more memory than allowed", "memory_of_all_processes_together_ends_the_kernel"),
        Limit("", "all of them", "when the machine runs out, kernels end first, then who unpacks, then "
              "workers, the main process last", "the kernel died (a crash, an exit, or out of memory)",
              "kernels_are_first_in_line_when_the_machine_runs_out_of_memory"),
        Limit("files", UNPACKING, f"{unpack.MAX_MEMBERS:,} in a zip file or below a student's folder, "
              "of copies one",
              f"the folder has more than {unpack.MAX_MEMBERS:,} files",
              "folders_without_end_and_files_without_number_are_read_to_a_limit"),
        Limit("", UNPACKING, f"{unpack.MAX_ZIPS} zip files of a student, {unpack.MAX_DEPTH} of them in each other",
              f"more than {unpack.MAX_ZIPS} zip files: the others are not read",
              "zip_files_in_a_student_s_zip_are_read_in_one_child_and_counted"),
        Limit("", WORKER, "one notebook an exercise, removed behind it", "", "what_cannot_be_tidied_up_is_a_line_of_the_report"),
        Limit("", KERNEL, f"{room.FILES:,} files and folders in each place that it may write", NO_ROOM,
              "what_a_cell_writes_is_bounded_and_never_on_the_disk"),
        Limit("bytes written", UNPACKING, f"{_mb(intake.MAX_BYTES)} a file, {_mb(unpack.MAX_UNPACKED)} a student; "
              f"{_mb(unpack.MAX_KEPT)} of these stay, without outputs", spent,
              "what_one_student_unpacks_leaves_the_room_of_the_others"),
        Limit("", WORKER, f"{_mb(patience.FILE)} a file", crew.LOST, "a_worker_has_no_more_memory_than_it_may"),
        Limit("", KERNEL, f"{_mb(home)} in its own folder, {_mb(tmp)} in `/tmp`, {_mb(shm)} in `/dev/shm`, all in "
              f"memory; {_mb(sandbox.FILE_BYTES)} a file", NO_ROOM, "what_a_cell_writes_is_bounded_and_never_on_the_disk"),
        Limit("processes", UNPACKING, f"{unpack.MAX_DEPTH}, one in the other", "a zip file in a zip file in a zip file",
              "zip_files_without_end_are_refused_with_a_sentence"),
        Limit("", WORKER, "one, and one that starts kernels; somebody may end it three times, and nobody pays",
              crew.LOST, "three_kills_of_workers_at_random_moments_cost_nobody_anything"),
        Limit("", KERNEL, f"{kernel.PROCESSES}; {sandbox.TASKS} with threads where it has a user of its own", f"more than {kernel.PROCESSES} processes",
              "more_than_64_processes_end_the_kernel"),
        Limit("descriptors", KERNEL, f"{sandbox.DESCRIPTORS} a process, {kernel.DESCRIPTORS:,} together",
              f"more than {kernel.DESCRIPTORS:,} open files and sockets",
              "many_processes_have_not_as_many_descriptors_each"),
        Limit("bytes sent and shown", "a notebook file",
              f"{_mb(intake.MAX_BYTES)}, {_mb(lean.MOST)} besides outputs", f"more than {_mb(lean.MOST)} besides its outputs",
              "lists_without_end_are_refused_before_they_are_parsed"),
        Limit("", "a notebook file", f"{intake.MAX_CODE // 1024:,} KB of code, {intake.MAX_SOURCE // 1024} KB a cell, "
              f"{intake.MAX_CELLS:,} cells", "code cells were left out", "thousands_of_cells_hide_no_answer"),
        Limit("", KERNEL, f"{_mb(kernel.Limits().output)} of messages an exercise",
              f"more than {kernel.Limits().output / MB:g} MB of output", "more_output_than_allowed_ends_the_cell"),
        Limit("", KERNEL, f"{_mb(probe.LIMIT)} of values", "the values are too large to be sent",
              "status_says_what_happened"),
        Limit("", "the reports", f"{verdict.LONGEST_REASON} characters of a reason, {worker.MOST_REMARKS} remarks, "
              f"{worker.MOST_CODE:,} characters of an answer", "more characters",
              "remarks_and_reasons_are_no_longer_than_anybody_reads"),
    ]  # fmt: skip


def table() -> str:
    """Return all limits as a table in Markdown."""
    rows = ["| what | who may spend it | at most | what the student's page says | the test |",
            "|---|---|---|---|---|"]  # fmt: skip
    for x in limits():
        reads = f"“{x.reads}”" if x.reads else ""
        test = re.sub("_s(?=_|$)", "’s", x.test).replace("_", " ")
        rows.append(f"| {x.what} | {x.who} | {x.most} | {reads} | {test} |")
    return "\n".join(rows)
