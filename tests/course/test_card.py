"""One score is a number, a card and a record; the check never raises and never writes to stderr."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch

from graphrec_utils import exercises, style
from graphrec_utils.exercises import card, check, codec, compare, core, runner

REFERENCE = exercises.get("00.3").reference


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    monkeypatch.delenv("GRAPHREC_CHECK", raising=False)
    return tmp_path


def html_of(score) -> str:
    return score._repr_mimebundle_()["text/html"]


def test_a_score_is_a_float_that_shows_as_a_card():
    score = check("00.3", REFERENCE)
    assert score == 5.0
    bundle = score._repr_mimebundle_()
    assert bundle["text/plain"] == "5.0"
    assert "✓ Exercise 00.3 · 5/5 points · solved" in bundle["text/html"]
    assert json.loads(json.dumps(bundle[card.MIME]))["points"] == 5.0


def test_a_printed_score_is_the_card_as_text():
    """An author reads it without a notebook; whoever wants the number asks for a number."""
    score = check("00.3", lambda R, u, top: None)
    assert str(score) == card.as_text(score.result)
    assert str(score).startswith("✗ 00.3 0/5 points: not yet\n")
    assert (repr(score), f"{score:.1f}", json.dumps(score)) == ("0.0", "0.0", "0.0")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda R, u, top: None, "returned None; expected a torch tensor of int64, shape (2,)"),
        (lambda R, u, top: REFERENCE(R.clone(), u, top)[None], "shape (1, 2)"),
        (lambda R, u, top: torch.full((top,), torch.nan), "float32"),
        (lambda R, u, top: REFERENCE(R.clone(), u, top).numpy(), "returned a numpy array of int64"),
        (lambda R, u, top: REFERENCE(R.zero_() + 1, u, top), "your function changed R: work on a copy"),
        (lambda R, u, top: undefined_name,  # noqa: F821
        "NameError: name 'undefined_name' is not defined"),
        (lambda R: R, "TypeError"),
        (lambda R, u, top: exit(), "SystemExit"),
    ],
)  # fmt: skip
def test_bad_answers_get_one_sentence_and_no_points(answer, words, capfd):
    score = check("00.3", answer)
    assert score == 0
    assert words in card.as_text(score.result)
    assert capfd.readouterr().err == ""


def test_a_loop_ends_and_says_so(monkeypatch):
    monkeypatch.setattr(card, "SECONDS", 0.3)

    def loops(R, u, top):
        while True:
            pass

    assert "took longer than 0.3 s" in card.as_text(check("00.3", loops).result)


def test_what_the_function_printed_is_shown_and_escaped():
    def chatty(R, u, top):
        print("<script>alert(1)</script>")
        return REFERENCE(R, u, top)

    page = html_of(check("00.3", chatty))
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_code_in_the_sentence_of_a_mistake_is_shown_as_code():
    result = core.Result("06.2", "one_hot_scores", 0.0, 4, "failed", mistake="`A < B` is no `C`")
    assert "<code>A &lt; B</code> is no <code>C</code>" in card.as_html(result)


def test_passing_a_value_instead_of_the_function_is_explained():
    score = check("00.1", 3)
    assert score == 0
    assert 'check("00.1", summarize)' in card.as_text(score.result)


def test_an_unknown_exercise_is_one_sentence():
    assert "there is no exercise '77.7'" in card.as_text(check("77.7", len).result)


def test_a_broken_check_is_reported_not_raised(monkeypatch):
    def broken(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(core, "judge", broken)
    assert "the check itself failed (RuntimeError: boom)" in card.as_text(check("00.1", len).result)


def test_raising_is_an_option_for_machines(monkeypatch):
    monkeypatch.setenv("GRAPHREC_CHECK", "raise")
    check("00.3", REFERENCE)
    with pytest.raises(AssertionError, match="hide them before you rank"):
        check("00.3", lambda R, u, top: R.sum(0).argsort(descending=True, stable=True)[:top])


def test_the_expected_values_are_not_on_the_card():
    def wrong(R):
        return 1, 1, 1, 0.111

    page = html_of(check("00.1", wrong))
    asked = core.questions(exercises.get("00.1"))
    expected = [
        runner.answers(exercises.get("00.1").reference, asked)[k] for k in range(len(asked))
    ]
    density = codec.decode(expected[-1]["value"])[3]
    assert "yours is 0.111" in page
    assert compare.show(density) not in page


def test_the_card_is_labeled_and_color_is_not_the_only_sign():
    page = html_of(check("00.1", lambda R: (1, 2, 3, 4.0)))
    assert re.search(r'role="group" aria-label="Exercise 00.1 · 0/2 points · not yet"', page)
    assert page.count("✗") >= 5
    assert not re.search(r"[;\"]color:", page)  # text keeps the page's own color, light or dark


def test_the_best_result_is_kept(own_state):
    check("00.1", lambda R: (*R.shape, 0, 0.0))
    check("00.1", exercises.get("00.1").reference)
    check("00.1", lambda R: None)
    entry = json.loads((own_state / "progress.json").read_text())["exercises"]["00.1"]
    assert entry == {"points": 2.0, "max_points": 2, "tries": 3, "failed": 2}


@pytest.mark.parametrize(
    "variable", [("GRAPHREC_RECORD", "0"), ("NBGRADER_EXECUTION", "autograde")]
)
def test_builds_and_graders_record_nothing(own_state, monkeypatch, variable):
    monkeypatch.setenv(*variable)
    check("00.1", exercises.get("00.1").reference)
    assert not list(own_state.iterdir())


def colors(score) -> str:
    return re.search(r"border-left:5px solid (#\w+)", html_of(score))[1]


def test_open_partly_solved_not_yet_and_solved_look_different():
    """By sign and by color: an exercise nobody has tried is no failure."""

    def untouched(R):
        raise NotImplementedError("Exercise 00.1")

    scores = [
        check("00.1", untouched),
        check("00.1", lambda R: (*R.shape, int(R.sum()), 0.123)),
        check("00.1", lambda R: (0, 0, 0, 0.0)),
        check("00.1", exercises.get("00.1").reference),
    ]
    assert [html_of(score).partition("<strong>")[2][0] for score in scores] == ["○", "◐", "✗", "✓"]
    assert len({*map(colors, scores)}) == 4
    assert colors(scores[0]) == style.CONTEXT


def test_one_reason_stands_in_one_line():
    """Six claims that fail for one exception are one line; what differs stays apart."""
    lines = card.as_text(check("00.1", lambda R: R.nothing).result).splitlines()
    assert [line for line in lines if "✗" in line][1:] == [
        "  ✗ all 5 claims: AttributeError: 'Tensor' object has no attribute 'nothing'"
    ]

    def some(x):
        rows = [
            core.Row("one", True),
            *(core.Row(s, False, "so", 0) for s in ("two", "three", "four")),
        ]
        return core.Result("00.1", "f", 1.0, 4, "partial", rows + x)

    assert card.as_text(some([])).splitlines()[1:] == [
        "  ✓ one",
        "  ✗ two: so",
        "  ✗ three; four: for the same reason",
    ]
    assert "  ✗ five: else" in card.as_text(some([core.Row("five", False, "else", 2)])).splitlines()
    assert "as above" not in html_of(check("00.1", lambda R: None))


def test_a_shut_gate_is_told_once():
    lines = str(check("00.1", lambda R: None)).splitlines()
    assert lines[1].startswith("  ✗ the answer has the right type and shape: returned None;")
    assert lines[2:] == ["  ✗ all 5 claims: for the same reason"]


def test_an_exception_comes_with_its_line_and_with_what_the_function_was_given():
    def helper(R):
        return R.reshape(-1, 999)  # here

    def summarize(R):
        return helper(R)

    text = str(check("00.1", summarize))
    number = helper.__code__.co_firstlineno + 1
    assert f"line {number} of your cell, `return R.reshape(-1, 999)  # here`" in text
    assert re.search(r"called with R \(\d+, \d+\)", text)
    assert "called with R (3, 4), u 0, top 2" in str(check("00.3", lambda R, u, top: R.sum(7)))


def test_an_error_inside_a_library_is_told_by_the_line_that_called_it():
    outcome = runner.answers(lambda R: torch.zeros(2) @ torch.zeros(3),
                           core.questions(exercises.get("00.1"))[:1])[0]  # fmt: skip
    assert outcome["at"][1].startswith("outcome = runner.answers(lambda R: torch.zeros(2)")


def test_after_success_the_next_open_exercise_is_linked(own_state):
    page = html_of(check("00.1", exercises.get("00.1").reference))
    assert "2 of 10 points in lesson 00. Next:" in page
    assert '<a href="#cell-id=ex-00-2">exercise 00.2, build_index, in section 0.5</a>' in page
    check("00.3", REFERENCE)
    assert "ex-00-2" in html_of(check("00.3", REFERENCE))  # what was left open, not what follows
    page = html_of(check("00.2", exercises.get("00.2").reference))
    assert "10 of 10 points in lesson 00. Next:" in page
    assert '<a href="01_recommender_basics.ipynb">lesson 01, Recommender basics</a>' in page
    assert "Next" not in html_of(check("00.1", lambda R: None))


def test_a_card_that_is_not_recorded_knows_nothing_of_a_student(monkeypatch):
    monkeypatch.setenv("GRAPHREC_RECORD", "0")
    assert check("00.1", exercises.get("00.1").reference).beside.next is None
    for _ in range(3):
        score = check("00.3", lambda R, u, top: torch.zeros(top, dtype=torch.int64))
        assert not score.result.mistake
        assert score.beside.gap is None


def test_other_styles_pass():
    def numpy_style(R):
        a = R.numpy()
        return a.shape[0], a.shape[1], np.count_nonzero(a), np.float64(a.mean())

    def list_style(R, u, top):
        likes = R.sum(0).tolist()
        unseen = [i for i in range(R.shape[1]) if R[u, i] == 0]
        return torch.tensor(sorted(unseen, key=lambda i: (-likes[i], i))[:top])

    def topk_style(R, u, top):
        n = R.shape[1]
        rank = R.sum(0).double() * n - torch.arange(n) - 1e9 * R[u].double()
        return rank.topk(top).indices

    def dict_style(names):
        return {name: k for k, name in enumerate(dict.fromkeys(names))}

    def set_style(names):
        seen, index = set(), {}
        for name in names:
            if name in seen:
                continue
            seen.add(name)
            index[name] = len(seen) - 1
        return index

    def loop_style(R):
        m, n = len(R), len(R[0])
        E = sum(1 for row in R for cell in row if cell)
        return m, n, E, E / m / n

    for name, answers in {
        "00.1": (numpy_style, loop_style),
        "00.2": (dict_style, set_style),
        "00.3": (list_style, topk_style),
    }.items():
        for answer in answers:
            score = check(name, answer)
            assert score.result.status == "passed", card.as_text(score.result)
