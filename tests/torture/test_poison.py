"""One poisoned submission at a random place, with one worker for all, changes nobody else's verdict."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from answers import RIGHT, released, solved
from broken import CASES, write_zips

from graphrec_utils.grading import batch

PERCENT = RIGHT["00.1"].replace("likes / (m", "100 * likes / (m")
HONEST = {"right": solved(), "stub": released(), "percent": solved(ex1=PERCENT)}
POINTS = {"right": 10.0, "stub": 0.0, "percent": 9.6}


def zips(folder: Path) -> None:
    """Write archives of several students, some of them hostile or broken."""
    folder.mkdir(parents=True, exist_ok=True)
    write_zips(folder, folder / "another")


FAMILIES = {  # everything that one submission did to others once, or could do
    "time": ["endless_loop_without_alarm", "endless_text_of_an_exception", "endless_print"],
    "forged results": ["forged_message_before_ours", "probe_that_says_passed", "every_message_twice"],
    "messages": ["a_status_of_nothing", "a_message_nested_deeply", "a_message_with_a_wrong_signature"],
    "object tricks": ["a_dictionary_that_raises", "a_value_that_contains_itself", "an_array_of_objects"],
    "values for the judge": ["an_integer_of_1300_bits", "a_tensor_that_was_never_filled",
                             "a_policy_of_absurd_lists", "a_choice_of_absurd_numbers"],
    "dead kernels": ["os_exit", "segmentation_fault", "kill_every_process"],
    "memory and processes": ["ten_gigabytes", "two_hundred_processes", "daemon_left_behind"],
    "floods": ["endless_replies", "a_flood_of_pictures", "endless_messages_and_never_idle"],
    "descriptors and sockets": ["a_byte_into_every_descriptor", "asks_the_nursery_for_a_kernel",
                                "an_abstract_socket_of_the_host"],
    "files": ["two_thousand_folders_in_each_other", "folders_that_nobody_may_enter",
              "half_a_gigabyte_in_every_place", "a_file_for_the_next_student", "removes_the_course"],
    "what outlives a kernel": ["memory_that_outlives_the_kernel", "raises_its_own_priority",
                               "patched_course"],
    "no notebook": ["a_named_pipe", "a_link_to_a_pipe", "brackets_without_end", "symbolic_link"],
    "encodings": ["utf_16", "not_utf_8", "nbformat_3", "damaged_cells_between_good_ones"],
    "archives": [zips],
}  # fmt: skip


def write(folder: Path, content) -> None:
    folder.mkdir(parents=True)
    content = content(folder) if callable(content) else content
    if isinstance(content, dict):
        content = json.dumps(content).encode()
    if content is not None:
        (folder / "00_start_here.ipynb").write_bytes(content)


def check(folder: Path, seed: int, honest: int, poisons: list) -> None:
    """Grade a class whose order is random, and compare what the honest ones get."""
    rng = random.Random(seed)
    kinds = ["right", *rng.choices(list(HONEST), k=honest - 1)]
    crowd = [(kind, HONEST[kind]) for kind in kinds]
    crowd += [("zips", x) if callable(x) else (x, CASES[x][0]) for x in poisons]
    rng.shuffle(crowd)
    for place, (name, content) in enumerate(crowd):
        write(folder / "in" / f"{place:02} {name}", content)
    settings = batch.Settings(seconds=3.0, jobs=1)
    result = batch.grade([folder / "in"], folder / "out", settings)
    order = [name for name, _ in crowd]
    graded = [(s["student"][3:], s["points"]) for s in result["submissions"]]
    honest_ones = sorted(pair for pair in graded if pair[0] in POINTS)
    assert honest_ones == sorted((kind, POINTS[kind]) for kind in kinds), (seed, order)
    failed = [s["student"] for s in result["submissions"] if s["status"] == "grader-error"]
    assert failed == [], (seed, order)


def test_a_poisoned_submission_changes_nobody_else(tmp_path):
    # always the same: who breaks it must see it again
    check(tmp_path, 7, 2, ["a_byte_into_every_descriptor"])


@pytest.mark.full
@pytest.mark.parametrize("family", FAMILIES)
def test_a_poison_of_every_family_changes_nobody_else(tmp_path, family):
    seed = random.randrange(10**6)
    check(tmp_path, seed, 3, [random.Random(seed).choice(FAMILIES[family])])


@pytest.mark.full
@pytest.mark.parametrize("turn", range(4))
def test_several_poisons_of_different_families_change_nobody_else(tmp_path, turn):
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    check(tmp_path, seed, 4, [rng.choice(FAMILIES[x]) for x in rng.sample(list(FAMILIES), 4)])
