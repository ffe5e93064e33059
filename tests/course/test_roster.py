"""The class list finds everybody, whatever a folder or file was called; attempts are told apart."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from report_samples import entry as entry_of
from report_samples import result, submission

from graphrec_utils.grading.reports import gradebooks, marks, roster
from graphrec_utils.grading.reports.result import people
from graphrec_utils.grading.submissions import attempts


def read(tmp_path, text: str) -> list[dict]:
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    return roster.read(tmp_path / "r.csv")


@pytest.mark.parametrize("text, name, identity", [
    ("student,id\nAnn Lee,7\n", "Ann Lee", "7"), ("\ufeffId;Student;Mail\n7;Ann Lee;a@b\n\n", "Ann Lee", "7"),
    ("Student,ID,SIS User ID,SIS Login ID,Section\n   Points Possible,,,,\n\"Lee, Ann\",7,s7,ann,A\n", "Lee, Ann", "7"),
    ("Identifier,Full name,Email address,Grade\nParticipant 106,Ann Lee,a@b,\n", "Ann Lee", "a@b"),
    ("First name\tSurname\tID number\nAnn\tLee\t7\n", "Ann Lee", "7"),
])  # fmt: skip
def test_class_lists_of_all_kinds_are_read(tmp_path, text, name, identity):
    (row,) = read(tmp_path, text)
    assert (row["student"], row["id"]) == (name, identity)


@pytest.mark.parametrize("text, said", [
    ("", "columns"), ("points,id\n3,1\n", "columns"), ("student,id\nAnn,1\nAnn,1\n", "twice"),
    ('student,id\nAnn,"' + "x" * 200_000, "line 2: .*is a quote not closed"),
])  # fmt: skip
def test_a_wrong_roster_is_refused_with_a_sentence(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        read(tmp_path, text)
    with pytest.raises(ValueError, match="cannot be read"):
        roster.read(tmp_path / "absent.csv")


LIST = """Identifier,student,id,login
Participant 106,Ann Lee,s001,alee
Participant 107,"O'Brien, Pat",s002,pob
Participant 108,Jérôme D'Angelo,s003,jda
Participant 109,अमित कुमार,s004,amit
Participant 110,Jane Doe,s005,jd5
Participant 111,ann,s010,an1
Participant 112,Ann,s011,an2
Participant 113,Kim,s012,kim1
Participant 114,Kim,s013,kim2
"""


@pytest.mark.parametrize("handed_in, known, identity", [
    ("Ann Lee", (), "s001"), ("ann lee", (), "s001"), ("s001", (), "s001"), ("alee", (), "s001"), ("Lee, Ann", (), "s001"),
    ("whoever", ("Participant 106",), "s001"), ("O'Brien, Pat", (), "s002"), ("Pat O'Brien", (), "s002"),
    ("O_Brien_ Pat", (), "s002"), (unicodedata.normalize("NFD", "Jérôme D'Angelo"), (), "s003"),
    ("jerome d'angelo", (), "s003"), ("अमित कुमार", (), "s004"), ("doejane", ("22345",), "s005"),
    ("ann", (), "s010"), ("Ann", (), "s011"), ("kim2", (), "s013"), ("Kim", (), ""), ("Nobody", (), ""), ("A", (), ""),
])  # fmt: skip
def test_any_column_may_be_the_name_of_a_folder(tmp_path, handed_in, known, identity):
    handed = [{"student": handed_in, "known": list(known)}]
    found = roster.match(read(tmp_path, LIST), handed)
    assert [row["id"] for row in found if row["as"]] == ([identity] if identity else [])
    assert roster.unmatched(found, handed) == ([] if identity else [handed_in])


def test_two_folders_of_one_row_are_left_to_the_instructor(tmp_path):
    handed = [{"student": "s001"}, {"student": "alee"}]
    assert roster.unmatched(roster.match(read(tmp_path, LIST), handed), handed) == ["alee", "s001"]


# ---------------------------------------------------------------- attempts


def entry(file: str, points: float, turn=(), status="graded", student="ann", lesson="00") -> dict:
    return {"student": student, "lesson": lesson, "file": file, "status": status, "points": points,
            "turn": list(turn), "notes": [], "exercises": [{"status": "wrong"}]}  # fmt: skip


def counted(*entries: dict, policy="last") -> list[str]:
    kept, others = attempts.choose(list(entries), policy)
    assert len(kept) + len(others) == len(entries)
    return [e["file"] for e in kept]


def test_the_later_attempt_counts_and_names_the_other():
    first, second = entry("a (1)", 4, (0, 1, 5.0)), entry("a", 9, (0, 0, 9.0))
    assert counted(first, second) == ["a (1)"]
    assert counted(first, second, policy="best") == ["a"]
    (kept,), (other,) = attempts.choose([first, second])
    assert kept["notes"] == ["the last of 2 attempts; not counted: a (9)"] and other["file"] == "a"


def test_other_lessons_and_other_students_are_no_attempts():
    assert (
        len(counted(entry("a", 1), entry("b", 1, lesson="01"), entry("c", 1, student="bob"))) == 3
    )
    assert len(counted(entry("a", 0, lesson=""), entry("b", 0, lesson=""))) == 2


def test_what_cannot_be_read_replaces_nothing():
    assert counted(entry("a", 3, (0, 0, 1.0)), entry("b", 0, (0, 1, 2.0), "unreadable")) == ["a"]


@pytest.mark.parametrize("policy", attempts.POLICIES)
def test_a_lesson_downloaded_once_more_replaces_nothing(policy):
    untouched = entry("00 (1)", 0, (0, 1, 9.0))
    untouched["exercises"] = [{"status": "not-implemented"}, {"status": "missing"}]
    assert counted(entry("00", 0, (0, 0, 1.0)), untouched, policy=policy) == ["00"]
    assert counted(untouched, policy=policy) == ["00 (1)"]


# ---------------------------------------------------------------- marks


def handed_in(points: float, hours_late: float = 0, lesson: str = "00") -> dict:
    when = marks.moment("2026-10-01 23:59") + 3600 * hours_late
    own = submission("ann", entry_of("00.1", "passed"), entry_of("00.2", "wrong"), lesson=lesson)
    return own | {"points": points, "time": when}


def person(*submissions: dict, **more):
    (found,) = people(result(*submissions, **more))
    return found


@pytest.mark.parametrize(
    "hours, days, points", [(-5, 0, 2), (0, 0, 2), (1, 1, 1.8), (25, 2, 1.6), (999, 42, 0)]
)
def test_each_day_that_has_begun_costs_the_same(hours, days, points):
    marking = {"deadline": marks.moment("2026-10-01 23:59"), "late": 10.0}
    found = person(handed_in(2.0, hours), marking=marking)
    assert found.points == pytest.approx(points)
    assert [why.partition(" ")[0] for _, _, why in found.changes] == ([str(days)] if days else [])


def test_nobody_is_so_late_that_something_is_taken_away():
    deadline = marks.moment("2026-10-01")
    assert marks.lateness({"time": deadline + 41.5 * marks.DAY}, deadline, 10.0) == (42, 0.0)


def test_an_extension_is_a_deadline_of_one_s_own():
    marking = {"deadline": marks.moment("2026-10-01 23:59"), "late": 10.0}
    row = {"student": "Ann", "id": "7", "as": "ann", "extension": "2026-10-03"}
    assert person(handed_in(2.0, 30), marking=marking, roster=[row]).points == 2


def test_lessons_have_weights():
    found = person(handed_in(2.0), handed_in(2.0, lesson="01"), marking={"weights": {"00": 0.5}})
    assert (found.points, found.max_points) == (3, 15)


ADJUST = "student,what,points,reason\n"


@pytest.mark.parametrize("line, points", [
    ("ann,00.2,2.5,a typo in the text", 4.5), ("ann,00.1,+1,bonus", 3), ("ann,00,1,copied", 1), ("s7,,-0.5,late", 1.5),
    ("ann,00.2,−1,x", 1), ("bob,00.2,3,x", 2), ("ann,,7,oral exam", 7), ("ann,00.1,-9,x", 0),
])  # fmt: skip
def test_the_instructor_s_adjustments_count(tmp_path, line, points):
    (tmp_path / "adjust.csv").write_text(ADJUST + line + "\n", encoding="utf-8")
    found = marks.adjustments(tmp_path / "adjust.csv")
    row = {"student": "Ann", "id": "s7", "as": "ann"}
    assert person(handed_in(2.0), adjustments=found, roster=[row]).points == points


@pytest.mark.parametrize("text, said", [
    ("student,points\n", "needs the columns"), (ADJUST + "ann,00.2,two,x\n", "no number"),
    (ADJUST + "ann,00.2,2,\n", "a reason"), (ADJUST + "ann,lesson,2,x\n", "no exercise"),
])  # fmt: skip
def test_a_wrong_adjustment_is_refused_with_its_line(tmp_path, text, said):
    (tmp_path / "adjust.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        marks.adjustments(tmp_path / "adjust.csv")
    assert marks.adjustments(tmp_path / "absent.csv") == []


def test_no_date_is_guessed():
    with pytest.raises(ValueError, match="is no date"):
        marks.moment("1.10.2026")


# ---------------------------------------------------------------- gradebooks of others


def table(text: str) -> list[dict]:
    return list(csv.DictReader(text.splitlines()))


def test_a_class_list_of_canvas_gives_a_gradebook_for_canvas(tmp_path):
    text = (
        'Student,ID,SIS User ID,SIS Login ID,Section\n"Doe, Jane",7,s7,jd,A\n"Lee, Ann",8,s8,al,A\n'
    )
    rows = roster.match(read(tmp_path, text), [{"student": "doejane", "known": ["7"]}])
    handed = submission("doejane", entry_of("00.1", "passed"))
    data = result(handed, submission("stranger"), roster=rows)
    jane, ann = table(gradebooks.canvas(people(data), data))
    assert (jane["Student"], jane["ID"], jane["SIS Login ID"], jane["Section"]) == (
        "Doe, Jane",
        "7",
        "jd",
        "A",
    )
    assert (jane["GraphRec lesson 00"], ann["GraphRec lesson 00"], ann["GraphRec points"]) == (
        "2",
        "",
        "",
    )
    assert gradebooks.moodle(people(data), data) == ""


def test_a_class_list_of_moodle_gives_a_gradebook_for_moodle(tmp_path):
    text = "Identifier,Full name,Email address,Grade\nParticipant 106,Ann Lee,a@b,\nParticipant 7,Bob,b@b,\n"
    handed = [{"student": "Ann Lee", "known": ["Participant 106"]}, {"student": "Bob"}]
    rows = roster.match(read(tmp_path, text), handed)
    ann, bob = (
        submission("Ann Lee", entry_of("00.1", "passed")),
        submission("Bob", status="grader-error"),
    )
    adjust = [{"student": "a@b", "what": "00", "points": 1.0, "change": True, "reason": "x"}]
    data = result(ann, bob, roster=rows, adjustments=adjust)
    first, second = table(gradebooks.moodle(people(data), data))
    assert (first["Email address"], first["GraphRec lesson 00"], first["GraphRec points"]) == (
        "a@b",
        "3",
        "3",
    )
    assert (second["GraphRec lesson 00"], second["GraphRec points"]) == ("", "")
    assert gradebooks.canvas(people(data), data) == ""
