"""The visual of one ranked list: its state, its numbers, its picture, and what it refuses."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess

import pytest

from graphrec_utils import exercises
from graphrec_utils.lessons.lesson01.visuals.metric_list import measured
from graphrec_utils.plots import visuals

LISTS = {
    "hits at ranks 2 and 5": ([0, 1, 0, 0, 1], 1, 5),
    "more relevant than places": ([0, 1], 2, 2),
    "a hit after the cut": ([1, 0, 0, 1, 0, 0], 0, 3),
    "no hit": ([0, 0, 0], 3, 3),
    "nothing relevant": ([0, 0, 0], 0, 3),
    "perfect": ([1, 1, 1], 0, 3),
}


def test_hits_at_ranks_2_and_5_of_three_relevant_items():
    values = measured([0, 1, 0, 0, 1], missed=1, top=5)
    expected = {"precision": 0.4, "recall": 2 / 3, "hit rate": 1, "MRR": 0.5}
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    # gains 0.6309 and 0.3869; ideal 1 + 0.6309 + 0.5, from hits only 1 + 0.6309
    assert values["NDCG"] == pytest.approx(0.4776, abs=1e-4)
    assert values["careless NDCG"] == pytest.approx(0.6241, abs=1e-4)


def test_the_careless_ndcg_forgives_every_missed_item():
    assert measured([1], missed=0, top=1)["careless NDCG"] == 1
    assert measured([1, 0], missed=9, top=2)["careless NDCG"] == 1
    assert measured([1, 0], missed=9, top=2)["NDCG"] == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_without_relevant_items_nothing_is_defined():
    assert all(math.isnan(value) for value in measured([0, 0], missed=0, top=2).values())


def test_a_list_without_hits_has_zeros():
    assert set(measured([0, 0], missed=1, top=2).values()) == {0}


def script_values(hits, missed, top) -> dict:
    """What the module computes, run by node."""
    module = visuals.folders()["metric_list"].joinpath("metric_list.js").read_text("utf-8")
    module = re.sub(r"^import [^;]*;\n", "", module, flags=re.MULTILINE)
    module = module.replace("export default { render };", "")
    call = f"measure({json.dumps(hits)}, {missed}, {top}).values"
    done = subprocess.run(
        ["node", "-e", f"{module}\nconsole.log(JSON.stringify({call}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(("hits", "missed", "top"), LISTS.values(), ids=LISTS)
def test_the_script_computes_what_the_metrics_compute(hits, missed, top):
    ours = measured(hits, missed, top)
    theirs = script_values(hits, missed, top)
    assert list(theirs) == list(ours)
    for name, value in ours.items():
        assert theirs[name] == (None if math.isnan(value) else pytest.approx(value, abs=1e-12))


def test_the_state_is_plain_and_the_whole_list_counts_by_default():
    visual = visuals.metric_list([True, 0, 2.0], missed=2)
    assert visual.state == {"relevant": [1, 0, 1], "missed": 2, "top": 3, "answers": None}


def test_the_text_for_those_who_do_not_see_it_has_every_number():
    visual = visuals.metric_list([0, 1, 0, 0, 1], missed=1)
    for words in (
        "relevant at ranks 2, 5",
        "1 relevant items missed",
        "recall 0.667",
        "NDCG 0.478",
    ):
        assert words in visual.alt
    assert repr(visual) == "<ranked list: relevant at ranks 2, 5, 1 missed, top 5>"


@pytest.mark.parametrize(("hits", "missed", "top"), LISTS.values(), ids=LISTS)
def test_the_picture_has_one_bar_per_place_and_per_metric(hits, missed, top):
    left, right = visuals.metric_list(hits, missed, top).static()
    assert len(left.patches) == len(hits)
    assert len(right.patches) == 6
    found = sum(hits[:top])
    assert left.get_title("left") == f"{found} of {sum(hits) + missed} relevant items found"


def test_a_students_function_is_asked_wherever_the_sliders_stand():
    right = exercises.get("01.2").reference
    visual = visuals.metric_list([0, 1, 0, 0, 1], missed=1, function=right)
    assert visual.note.startswith("The numbers are those of your recall_hit_mrr;")
    answers = visual.state["answers"]
    assert len(answers) == 11 * 5  # numbers missed, cut-offs
    for name, said in answers.items():
        _, missed, top = name.split()
        ours = measured([0, 1, 0, 0, 1], int(missed), int(top))
        assert said == pytest.approx([ours[x] for x in ("recall", "hit rate", "MRR")], abs=1e-4)
    # only one state of a list without a relevant item means nothing: it is not asked about
    assert len(visuals.metric_list([0, 0], function=right).state["answers"]) == 10 * 2


def test_a_wrong_function_shows_its_own_numbers_and_one_that_fails_none():
    wrong = visuals.metric_list([1, 0], function=lambda lists, relevant, top: (0.25, 1, 1))
    assert wrong.state["answers"]["10 0 2"] == [0.25, 1, 1]

    def unwritten(*_):
        raise NotImplementedError

    for function, words in (
        (unwritten, "unwritten is not written yet: the numbers are the library's."),
        (lambda *_: (0.5, 1), "three numbers are asked for"),
        (lambda *_: (float("nan"), 1, 1), "three numbers are asked for"),
    ):
        visual = visuals.metric_list([1, 0], function=function)
        assert visual.state["answers"] is None
        assert words in visual.note


def test_a_live_list_asks_the_function_at_every_move():
    pytest.importorskip("anywidget")
    widget = visuals.metric_list(
        [0, 1, 0], function=lambda lists, relevant, top: (len(relevant[0]) / 10, top, 0)
    ).live()
    widget.relevant = [1, 1, 0]
    widget.missed = 4
    assert widget.answers == {"110 4 3": [0.6, 3, 0]}


BAD = {
    "an empty list": (([],), "1 to 12 places; got 0"),
    "a long list": (([1] * 13,), "1 to 12 places; got 13"),
    "too many missed": (([1], 11), r"missed must lie in 0...10; got 11"),
    "negative missed": (([1], -1), "got -1"),
    "top beyond the list": (
        ([1, 0], 0, 3),
        r"top must lie in 1...2, the length of the list; got 3",
    ),
    "top zero": (([1, 0], 0, 0), "got 0"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        visuals.metric_list(*arguments)
