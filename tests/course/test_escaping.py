"""What others wrote is text on every page: it adds no element, no attribute, and nothing is lost.

Each field that may hold such a text is filled with a hostile one, and the page is compared with the
one that a harmless text gives.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import pytest
from html_pages import Page
from report_samples import entry, result, submission

from graphrec_utils import markup, results
from graphrec_utils.exercises import card, core, dashboard, find, side_by_side
from graphrec_utils.grading.reports import pages
from graphrec_utils.grading.reports.result import people

HOSTILE = """<script>alert('x')</script>"><b onclick="x">&amp;{{ 7 * 7 }}"""
HARMLESS = "nothing"


def same_elements(hostile: str, harmless: str) -> bool:
    """Compare tags and names of attributes: a text that is only text changes neither."""
    one, other = (
        [(tag, list(attributes)) for tag, attributes, _ in Page(page).elements]
        for page in (hostile, harmless)
    )
    return one == other


def shows(page: str) -> bool:
    return HOSTILE in "".join(Page(page).text)


# ---------------------------------------------------------------- the grader's pages

# Where a text of a submission, of the roster or of a sentence about them is shown.
CLASS, STUDENT, BOTH, NOWHERE = {"class"}, {"student"}, {"class", "student"}, set()
SHOWN = {
    "name of the student": BOTH,
    "id in the roster": CLASS,
    "name of the file": BOTH,
    "version in the notebook": BOTH,
    "note on an answer": STUDENT,
    "warning": CLASS,
    "claim": STUDENT,
    "why a claim fails": NOWHERE,
    "mistake": BOTH,
    "number of the exercise": BOTH,
    "syntax error": STUDENT,
    "message of an exception": NOWHERE,
    "name of an exception": NOWHERE,
    "why it is unreadable": BOTH,
    "failure of the grader": CLASS,
    "number of the lesson": BOTH,
    "version of the grader": BOTH,
    "network": CLASS,
    "sandbox": CLASS,
    "similar student": CLASS,
    "similar exercise": CLASS,
    "evidence": CLASS,
    "note on similarity": CLASS,
    "student of a group": CLASS,
    "evidence of a group": CLASS,
    "code": BOTH,
    "value": BOTH,
    "claim of the first wrong place": BOTH,
}


def report(**texts: str) -> dict[str, list[str]]:
    """Return the pages of a class in which the named fields hold the given texts."""
    text = defaultdict(lambda: HARMLESS, texts)
    exercises = [
        entry("00.1", "wrong", mistake=text["mistake"], notes=[text["note on an answer"]],
              rows=[[text["claim"], False, text["why a claim fails"]]]),
        entry("00.2", "syntax", reason=f"line 4: {text['syntax error']}"),
        entry("00.3", "error", reason=f"ValueError: {text['message of an exception']}"),
        entry("00.3", "error", reason=f"{text['name of an exception']}: 3"),
        entry("00.3", "wrong", id=text["number of the exercise"]),
        entry("00.1", "wrong", behavior="b", code=text["code"],
              shown=[text["claim of the first wrong place"], text["value"]]),
    ]  # fmt: skip
    name, version = text["name of the student"], text["version in the notebook"]
    data = result(
        submission(
            name, *exercises, file=text["name of the file"], warnings=[text["warning"]],
            notes=[f"made with version {version} of the course"], seconds=9.0,
        ),
        submission("Cut", status="unreadable", reason=text["why it is unreadable"]),
        submission("Unlucky", status="grader-error", reason=text["failure of the grader"]),
        submission("Other", *exercises, lesson=text["number of the lesson"]),
        course=text["version of the grader"],
        network=text["network"],
        sandbox=text["sandbox"],
        roster=[{"student": name, "id": text["id in the roster"], "as": name}],
        similarity={
            "pairs": [{"students": [text["similar student"], "Bob"], "strength": 1.0, "exercises": [
                {"id": text["similar exercise"], "similarity": 1.0, "evidence": [text["evidence"]]}
            ]}],
            "groups": [{"id": "00.1", "students": [text["student of a group"], "Bob"],
                        "evidence": [text["evidence of a group"]]}],
            "notes": [text["note on similarity"]],
        },
    )  # fmt: skip
    crowd = people(data)
    # people are sorted by name, which may be hostile: take them in the order of the submissions
    order = {id(p.submissions[0]): p for p in crowd}
    students = [pages.student_page(order[id(s)], data) for s in data["submissions"]]
    return {"class": [pages.class_page(crowd, data)], "student": students}


@pytest.mark.parametrize("field", SHOWN)
def test_a_hostile_text_in_any_field_of_a_result_is_only_text(field):
    hostile, harmless = report(**{field: HOSTILE}), report()
    for kind in ("class", "student"):
        for one, other in zip(hostile[kind], harmless[kind], strict=True):
            assert same_elements(one, other), kind
    assert {kind for kind in hostile if any(map(shows, hostile[kind]))} == SHOWN[field]


# ---------------------------------------------------------------- cards


def cards(**texts: str) -> list[str]:
    """Return an exercise's card, the dashboard, a verdict and a stored result."""
    text = defaultdict(lambda: HARMLESS, texts)
    rows = [core.Row(text["claim"], True), core.Row("b", False, text["why a claim fails"])]
    judged = core.Result(
        text["exercise"], text["function"], 1.0, 2, "partial", rows, text["mistake"],
        text["printed"],
    )  # fmt: skip
    beside = card.Beside(
        text["an older version"],
        side_by_side.Gap(text["by hand"], text["call"], text["yours"], text["right"]),
        dashboard.Next(text["next"], text["place"], "#there"),
        {text["why a claim fails"]: text["where"]},
    )
    exercise = dataclasses.replace(
        find.get("00.1"), id=text["number of the exercise"], function=text["asked for"]
    )
    board = dashboard.Dashboard()
    lesson = dataclasses.replace(board.lessons[0][0], title=text["title of the lesson"])
    board.lessons = [(lesson, [(exercise, {})])]
    stored = results.Result(
        name="00_x", claim=text["stored claim"], values={text["name of a value"]: text["value"]},
        seeds=[0], seconds=1.0, machine={"processor": text["processor"], "threads": 1},
        command=text["command"], course="1", data_sha256={},
    )  # fmt: skip
    return [
        card.as_html(judged, beside),
        card.as_html(dataclasses.replace(judged, status="missing")),
        board._repr_html_(),
        results.verdict(text["claim of a verdict"], True, text["numbers"])._repr_html_(),
        stored._repr_html_(),
    ]


CARD_FIELDS = (
    *("claim", "why a claim fails", "exercise", "function", "mistake", "printed"),
    *("an older version", "by hand", "call", "yours", "right", "next", "place", "where"),
    *("number of the exercise", "asked for", "title of the lesson"),
    *("stored claim", "name of a value", "value", "processor", "command"),
    *("claim of a verdict", "numbers"),
)


@pytest.mark.parametrize("field", CARD_FIELDS)
def test_a_hostile_text_in_any_field_of_a_card_is_only_text(field):
    hostile = cards(**{field: HOSTILE})
    for one, other in zip(hostile, cards(), strict=True):
        assert same_elements(one, other)
    assert any(map(shows, hostile))


# ---------------------------------------------------------------- templates


def test_a_template_that_lacks_a_value_says_so(tmp_path):
    from jinja2 import UndefinedError

    (tmp_path / "a.html").write_text("{{ there }}{{ absent }}")
    with pytest.raises(UndefinedError, match="'absent' is undefined"):
        markup.render(tmp_path / "a.html", there=1)


def test_importing_the_card_does_not_import_the_templates():
    import subprocess
    import sys

    code = "import sys; from graphrec_utils.exercises import check; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
