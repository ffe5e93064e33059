"""Reports of one result: who gets which file, and what must never stand in it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import unicodedata
from xml.etree import ElementTree

import pytest
from report_samples import HOSTILE, MAXIMUM, SECRET, classroom, entry, open_task, result, submission

from graphrec_utils import exercises
from graphrec_utils.grading import totals, verdict
from graphrec_utils.grading.reports import anonymous, feedback, formats, pages, report
from graphrec_utils.grading.reports.result import SCHEMA, people, problems, slug
from graphrec_utils.grading.verdict import FRESH


@pytest.fixture(autouse=True)
def no_step_summary(monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("reports")
    report.write(classroom(), out)
    return out


def for_students(out) -> dict[str, str]:
    """Everything that may reach a student."""
    files = [*out.glob("students/*"), *out.glob("gradescope/*/*"), out / "junit.xml", out / "summary.md"]  # fmt: skip
    return {str(path.relative_to(out)): path.read_text(encoding="utf-8") for path in files}


def plain(text: str) -> str:
    """The text without the marks of HTML, JSON and Markdown."""
    return re.sub(r"\\|`|\s", "", html.unescape(re.sub(r"</?code>", "", text)))


# ---------------------------------------------------------------- the format


def test_the_sample_class_is_a_result():
    assert problems(classroom()) == []


FORMAT = json.loads(SCHEMA.read_text("utf-8"))


def one(*entries, **more) -> dict:
    """Return the submissions of a result with a single one, changed."""
    return {"submissions": [submission("a", *entries) | more]}


BROKEN = [
    ({"version": 2}, "version: 1 was expected"),
    ({"course": None}, "course: None is not of type 'string'"),
    ({"submissions": None}, "submissions: None is not of type 'array'"),
    ({"submissions": [3]}, r"submissions\[0\]: 3 is not of type 'object'"),
    ({"submissions": [{"student": "a"}]}, r"submissions\[0\]: 'lesson' is a required property"),
    (one(status="fine"), r"submissions\[0\].status: 'fine' is not one of \['graded'"),
    (one(points=float("nan")), r"submissions\[0\].points: nan is not of type 'number'"),
    (one(seconds=float("inf")), r"submissions\[0\].seconds: inf is not of type 'number'"),
    (one(seconds=-1), r"submissions\[0\].seconds: -1 is less than the minimum of 0"),
    (one(points=True), r"submissions\[0\].points: True is not of type 'number'"),
    (one(points=3.0), r"submissions\[0\].points 3.0 are not the sum of its exercises"),
    (one(notes="all"), r"submissions\[0\].notes: 'all' is not of type 'array'"),
    (one(entry("00.1", "passed", 1.0)), r"\[0\] \(00.1\) is 'passed' with 1.0 of 2 points"),
    (one(entry("00.1", "wrong", 2.0)), r"\[0\] \(00.1\) is 'wrong' with 2.0 of 2 points"),
    (one(entry("00.1", "passed", 9.0)), r"exercises\[0\] \(00.1\) has more points than there are"),
    (one(entry("00.1", "cheated")), r"submissions\[0\].exercises\[0\].status: 'cheated' is not"),
    (
        one(entry("00.1", "wrong", rows=[["a", 1, ""]])),
        r"exercises\[0\].rows\[0\]\[1\]: 1 is not of",
    ),
]


@pytest.mark.parametrize("change, said", BROKEN)
def test_a_broken_result_is_refused_with_a_sentence(change, said, tmp_path):
    with pytest.raises(ValueError, match=f"not a result of the grader: .*{said}") as caught:
        report.write(result() | change, tmp_path)
    assert len(str(caught.value)) < 250
    assert list(tmp_path.iterdir()) == []


def test_no_result_at_all_is_refused_with_a_sentence():
    assert problems([3]) == ["the result: [3] is not of type 'object'"]
    assert problems({}) == [
        f"the result: {name!r} is a required property" for name in FORMAT["required"]
    ]


def test_every_status_of_the_format_can_be_told():
    """The words of the schema are those that the reports know."""
    words = {
        kind: FORMAT["$defs"][kind]["properties"]["status"]["enum"]
        for kind in ("submission", "exercise")
    }
    assert set(words["exercise"]) == set(feedback.HEADLINES)
    assert set(words["submission"]) == {"graded", *feedback.NOT_GRADED}
    grouped = [status for _, _, states in pages.GROUPS for status in states]
    assert sorted(grouped) == sorted(words["exercise"])


# ---------------------------------------------------------------- people and files


def test_everybody_has_a_page_and_nobody_shares_one(written):
    crowd = people(classroom())
    assert len(list(written.glob("students/*.html"))) == len(crowd) == 17  # with Zoe, two Bobs


def test_two_students_with_one_name_are_two_people():
    first, second = [p for p in people(classroom()) if p.name.startswith("Bob")]
    assert (first.name, second.name) == ("Bob", "Bob (2)")
    assert (first.points, second.points) == (4.2, 10)


def test_one_student_with_two_lessons_is_one_person():
    other = submission("Ann", lesson="01", exercises=[], max_points=0)
    assert len(people(result(submission("Ann"), other))) == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "con", "a/b\\c:d", ".", "", HOSTILE, "é" * 300]
)
def test_a_hostile_name_is_a_harmless_file_name(name):
    assert not set(slug(name)) & set("/\\:.<>|\"'\0\x1b\u202e ")
    assert len(slug(name).encode()) <= 60
    assert slug(name).partition("-")[0] != slug(name)


def test_names_that_a_file_system_may_mix_up_have_different_files():
    accents = [unicodedata.normalize(form, "José") for form in ("NFC", "NFD")]
    assert len({slug(n).casefold() for n in ["ann", "Ann", "ann ", *accents]}) == 5


def test_nothing_is_written_outside_the_folder(tmp_path):
    paths = report.write(classroom(), tmp_path / "out")
    assert all(p.resolve().is_relative_to(tmp_path / "out") for p in paths)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_pages_of_students_who_are_gone_are_removed_and_other_files_stay(tmp_path):
    report.write(result(submission("Ann"), submission("Bob")), tmp_path)
    (tmp_path / "students" / "mine.html").write_text("kept")
    report.write(result(submission("Ann")), tmp_path)
    assert {p.name for p in tmp_path.glob("students/*")} == {"mine.html", f"{slug('Ann')}.html"}
    assert [p.name for p in tmp_path.glob("gradescope/*")] == [slug("Ann")]


def test_writing_twice_gives_the_same_bytes(written, tmp_path):
    for path in report.write(classroom(), tmp_path):
        assert path.read_bytes() == (written / path.relative_to(tmp_path)).read_bytes()


# ---------------------------------------------------------------- what students may read


def test_no_reason_that_may_hold_a_hidden_input_reaches_a_student(written):
    assert SECRET in json.dumps(classroom())
    assert [name for name, text in for_students(written).items() if SECRET in text] == []


def test_no_last_hint_reaches_a_student(written):
    last = {plain(e.hints[-1]) for e in exercises.of_lesson("00")}
    first = {plain(e.hints[0]) for e in exercises.of_lesson("00")}
    told = [plain(text) for text in for_students(written).values()]
    assert not [hint for hint in last for text in told if hint in text]
    assert [hint for hint in first for text in told if hint in text]  # or the test sees nothing


def test_the_name_of_a_custom_exception_is_not_repeated():
    told = feedback.sentences(entry("00.1", "error", reason=f"{SECRET}: 3"))
    assert not any(SECRET in sentence for sentence in told)
    assert "Your function raised an exception." in told
    assert "Your function raised ValueError." in feedback.sentences(entry("00.1", "error"))


def test_what_an_exception_on_fresh_inputs_only_is_called_is_told_too():
    told = feedback.sentences(entry("00.1", "error", reason=f"{verdict.RAISES}MemoryError"))
    assert "Your function raised MemoryError." in told


@pytest.mark.parametrize(
    "reason", ["the answer broke what asks it", "MemoryError", "NameError: no name"]
)
def test_why_an_answer_could_not_be_asked_is_told_with_what_to_do(reason):
    told = feedback.sentences(verdict.nothing("error", reason) | {"id": "00.1"})
    assert told[0] == reason[0].upper() + reason[1:] + "."
    assert told[1:] == [feedback.UNASKED]


def test_a_named_mistake_is_told():
    swapped = exercises.get("00.1").mistakes[0].sentence
    told = " ".join(feedback.sentences(entry("00.1", "wrong", mistake=swapped)))
    assert swapped[1:] in told


@pytest.mark.parametrize(
    "status, mistake, tier",
    [("not-implemented", "", 1), ("wrong", "swapped", 1), ("wrong", "", 2), ("partial", "", 2)],
)
def test_the_next_hint_is_one_tier_and_never_the_last(status, mistake, tier):
    found = feedback.hint(entry("00.2", status, 1.0 if status == "partial" else 0, mistake=mistake))
    assert found == (tier, exercises.get("00.2").hints[tier - 1])


@pytest.mark.parametrize("status", ["passed", "missing", "syntax", "timeout", "died"])
def test_there_is_no_hint_where_it_would_not_help(status):
    assert feedback.hint(entry("00.2", status)) is None


def test_an_exercise_of_another_version_needs_no_hint():
    assert feedback.hint(entry("00.2", "wrong") | {"id": "00.9"}) is None
    assert feedback.title({"id": "00.9"}) == "00.9"


def test_what_fails_on_fresh_inputs_only_is_said():
    rows = [["first", True, ""], ["second", False, FRESH]]
    told = feedback.sentences(entry("00.2", "partial", 1.0, rows=rows))
    assert "on fresh ones of the same kind your function fails" in told[0]
    rows.append(["third", False, f"yours is {SECRET}"])
    assert "its card shows" in feedback.sentences(entry("00.2", "partial", 1.0, rows=rows))[0]


# ---------------------------------------------------------------- gradebook


def rows(text: str) -> dict[str, dict]:
    return {row["student"]: row for row in csv.DictReader(text.lstrip("\ufeff").splitlines())}


def test_the_gradebook_has_ids_lessons_and_exercises(written):
    ann = rows((written / "gradebook.csv").read_text("utf-8"))["Ann Smith"]
    assert (ann["id"], ann["points"], ann["lesson 00"], ann["00.3"]) == ("a-17", "10", "10", "5")


def test_the_gradebook_tells_nothing_handed_in_from_zero(written):
    book = rows((written / "gradebook.csv").read_text("utf-8"))
    assert (book["Zoe"]["lesson 00"], book["Zoe"]["remarks"]) == ("", "nothing handed in")
    assert (book["李明"]["lesson 00"], book["Zoe"]["lesson 00"]) == ("0", "")


def test_a_failure_of_the_grader_is_not_a_zero(written):
    unlucky = rows((written / "gradebook.csv").read_text("utf-8"))["Unlucky"]
    assert (unlucky["lesson 00"], unlucky["00.1"]) == ("", "")
    assert "grader-error" in unlucky["remarks"]


def test_of_two_people_with_one_name_only_the_first_gets_the_id(written):
    book = rows((written / "gradebook.csv").read_text("utf-8"))
    assert (book["Bob"]["id"], book["Bob (2)"]["id"]) == ("b-18", "")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_is_never_a_formula(first):
    """What https://owasp.org/www-community/attacks/CSV_Injection lists begins no cell."""
    formula = f'{first}HYPERLINK("http://e.vil")'
    assert formats.cell(formula) == f"'{formula}"
    assert formats.cell(f"a{formula}") == f"a{formula}"


def test_no_column_of_the_gradebook_holds_a_formula():
    data = result(
        submission("=1+1", status="unreadable", file="@SUM(A1)", reason=""),
        roster=[{"student": "=1+1", "id": "\t=2", "as": "=1+1"}],
    )
    assert rows(formats.gradebook(people(data), data)) == {
        "'=1+1": {
            **rows(formats.gradebook(people(data), data))["'=1+1"],
            "id": "'\t=2",
            "remarks": "'@SUM(A1): unreadable",
        }
    }


def test_a_name_that_the_class_list_does_not_know_is_marked(written):
    book = rows((written / "gradebook.csv").read_text("utf-8"))
    assert "not on the class list" in book["李明"]["remarks"]
    assert "not on the class list" not in book["Ann Smith"]["remarks"]


def test_the_class_page_lists_what_was_not_counted(written):
    page = (written / "index.html").read_text("utf-8")
    assert "another attempt of <bdi>Ann Smith</bdi> counts" in page and "README.md" in page


# ---------------------------------------------------------------- JUnit, Gradescope, Markdown


def test_junit_has_a_case_per_exercise_with_points(written):
    root = ElementTree.parse(written / "junit.xml").getroot()
    (ann,) = (s for s in root if s.get("name") == "Ann Smith · 00")
    cases = {case.get("name"): case for case in ann}
    assert list(cases) == ["00.1 summarize", "00.2 build_index", "00.3 recommend"]
    points = {p.get("name"): p.get("value") for p in cases["00.3 recommend"].iter("property")}
    assert points == {"points": "5", "max_points": "5", "status": "passed"}


def test_junit_has_no_pass_without_a_verdict(written):
    root = ElementTree.parse(written / "junit.xml").getroot()
    for suite in root:
        if suite.get("name").startswith(("Cut", "Other", "Unlucky")):
            assert suite.get("tests") == suite.get("errors") != "0"
        for case in suite.iter("testcase"):
            points = {p.get("name"): p.get("value") for p in case.iter("property")}
            clean = case.find("failure") is None and case.find("error") is None
            assert clean == (points.get("status") == "passed")


def test_junit_counts_are_sums(written):
    root = ElementTree.parse(written / "junit.xml").getroot()
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        assert int(root.get(name)) == len(list(root.iter(tag)))


def test_gradescope_scores_add_up():
    scores = json.loads(formats.gradescope(people(result(classroom()["submissions"][1]))[0]))
    assert scores["score"] == sum(t["score"] for t in scores["tests"]) == 4.2
    assert [t["max_score"] for t in scores["tests"]] == list(MAXIMUM.values())
    assert [t["status"] for t in scores["tests"]] == ["failed", "passed", "failed"]


def test_what_is_extra_comes_on_top_of_full_marks(tmp_path):
    names = list(MAXIMUM)
    entries = [entry(k, "passed") for k in names[:-1]] + [entry(names[-1], "passed", extra=True)]
    sums = totals.of(entries)
    assert sums == {"points": sum(MAXIMUM.values()), "max_points": sum(MAXIMUM.values()) - MAXIMUM[names[-1]]}  # fmt: skip
    made = result(submission("Ann", *entries) | sums)
    assert problems(made) == []
    report.write(made, tmp_path)
    ann = people(made)[0]
    assert (ann.points, ann.max_points) == tuple(sums.values())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "gradebook.csv").read_text("utf-8-sig"))))
    assert (rows[0]["points"], rows[0]["max_points"]) == tuple(f"{x:g}" for x in sums.values())
    scores = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [t["max_score"] for t in scores["tests"]] == [*list(MAXIMUM.values())[:-1], 0]
    assert scores["tests"][-1]["name"].endswith(" (extra)") and scores["score"] == ann.points
    page = next(tmp_path.glob("students/*.html")).read_text("utf-8")
    assert "(extra)" in page and "width:100.00%" in page
    paid = f"{MAXIMUM[names[-1]]:g} of them extra"
    assert page.count(paid) == 3 and rows[0]["extra"] == f"{MAXIMUM[names[-1]]:g}"
    assert paid in (tmp_path / "summary.md").read_text("utf-8")


def test_a_core_left_out_is_not_hidden_by_what_branches_paid():
    first, *others = MAXIMUM
    entries = [entry(first, "missing")] + [entry(k, "passed", extra=True) for k in others]
    made = result(submission("Ann", *entries) | totals.of(entries))
    assert problems(made) == []
    got = sum(MAXIMUM[k] for k in others)
    said = f"{got:g} of {MAXIMUM[first]:g} points, {got:g} of them extra"
    assert said in formats.markdown(people(made), made)


def test_gradescope_finds_its_file_where_there_is_one_student(tmp_path):
    report.write(result(submission("Ann")), tmp_path)
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 0
    report.write(classroom(), tmp_path)
    assert not (tmp_path / "results.json").exists()


def test_the_summary_of_one_student_says_what_to_do_next():
    data = result(classroom()["submissions"][1])
    text = formats.markdown(people(data), data)
    assert "## 00 · Start here: 4.2 of 10 points" in text
    assert "| ✓ 00.2 build\\_index | 3/3 | solved |" in text
    assert "Hint 1\\: The card named the mistake" in text


def test_a_hostile_name_stays_one_cell_of_text_in_the_summary(written):
    (line,) = (x for x in (written / "summary.md").read_text("utf-8").splitlines() if "alert" in x)
    assert "<" not in line.replace("\\<", "")
    assert line.replace("\\|", "").count("|") == 4
    assert "](" not in line


def test_a_long_summary_is_cut_at_a_line():
    data = result(*(submission(f"{k:04d}" + "x" * 70) for k in range(12_000)))
    text = formats.markdown(people(data), data)
    assert len(text.encode()) < 1_000_000
    assert text.endswith("Cut here: the rest is in the other reports.\n")


def test_the_step_summary_is_appended_where_github_asks_for_it(tmp_path, monkeypatch):
    (tmp_path / "step").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step"))
    report.write(result(submission("Ann")), tmp_path / "out")
    assert (tmp_path / "step").read_text("utf-8").startswith("before\n## 00 · Start here: 0 of 10")


# ---------------------------------------------------------------- without names


def test_the_anonymous_results_hold_no_name_no_code_and_no_id(tmp_path):
    data = classroom() | {"anonymous": True, "pages": "key"}
    report.write(data, tmp_path)
    text = (tmp_path / "anonymous.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert sum(row["exercise"] == "00.1" for row in rows) == 13  # notebooks that were graded
    assert len({row["student"] for row in rows}) == 13
    for word in ("Ann", "Bob", "passwd", "李明", "a-17", SECRET, "return", "alert", "key"):
        assert word not in text
    for person in people(data):
        assert person.slug not in text and person.slug[-16:] not in text


def test_a_pseudonym_needs_the_key_and_stays(tmp_path):
    def names(**more) -> list[str]:
        data = classroom() | {"anonymous": True} | more
        return [row[:12] for row in anonymous.anonymous(people(data), data).splitlines()[1:]]

    assert names(pages="a") == names(pages="a") and not set(names(pages="a")) & set(
        names(pages="b")
    )


def test_without_the_option_there_is_no_such_file_and_an_old_one_goes(tmp_path):
    report.write(classroom() | {"anonymous": True}, tmp_path)
    report.write(classroom(), tmp_path)
    assert not (tmp_path / "anonymous.csv").exists()


def test_the_leaderboard_orders_and_says_who_may_be_the_best(tmp_path):
    assert problems(open_task()) == []
    report.write(open_task(), tmp_path)
    page = (tmp_path / "leaderboard.html").read_text("utf-8")
    body = re.findall(r"<tr><td>(.*?)</td>.*?<td>(.*?)</td><td>(.*?)</td></tr>", page)
    assert body == [("1", "+8.0%", "≈"), ("2", "+5.0%", "≈"), ("3", "-20.0%", "")]
    assert page.index("Bob") < page.index("Ann") and "Zoe" not in page and "<script" not in page
    assert "+8.0%" in next(
        text for name, text in for_students(tmp_path).items() if "students/bob" in name.lower()
    )


def test_an_anonymous_leaderboard_names_nobody_and_everybody_knows_herself(tmp_path):
    data = open_task() | {"anonymous": True}
    report.write(data, tmp_path)
    page = (tmp_path / "leaderboard.html").read_text("utf-8")
    assert not any(name in page for name in ("Ann", "Bob", "evil"))
    for person in people(data):
        alias = anonymous.pseudonym(person, data)
        own = (tmp_path / "students" / f"{person.slug}.html").read_text("utf-8")
        assert (alias in page) == (alias in own) == (person.name != "Zoe")


def test_where_nothing_was_measured_there_is_no_leaderboard(tmp_path):
    report.write(open_task(), tmp_path)
    report.write(classroom(), tmp_path)
    assert not (tmp_path / "leaderboard.html").exists()


def test_who_knows_a_name_and_not_the_secret_cannot_tell_the_address_of_a_page():
    one, other = (
        {p.name: p.slug for p in people(classroom() | {"pages": key})} for key in ("a", "b")
    )
    assert one.keys() == other.keys() and not set(one.values()) & set(other.values())
    assert all(len(mark.rpartition("-")[2]) == 16 for mark in one.values())
