"""The same result for machines: gradebook, JUnit XML, Gradescope, Markdown.

The gradebook is the instructor's. Everything else may reach students (a workflow of their own
fork prints it), so its sentences come from `feedback`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

from graphrec_utils.grading import totals
from graphrec_utils.grading.reports import feedback
from graphrec_utils.grading.reports.result import Person, clean

SUMMARY_LIMIT = 900_000  # bytes; GitHub refuses a step summary above 1 MiB


# ---------------------------------------------------------------- gradebook


def gradebook(crowd: list[Person], result: dict) -> str:
    """Return the class as CSV: a row per student, a column per lesson and per exercise.

    An empty cell is a lesson that was not handed in, or on which the grader failed; 0 is one that
    earned nothing. What branches paid is in the points, and once more in the column `extra`.
    """
    lessons: dict[str, float] = {}
    exercises: dict[str, float] = {}
    for submission in result["submissions"]:
        if submission["lesson"]:
            out_of = lessons.get(submission["lesson"], 0)
            lessons[submission["lesson"]] = max(out_of, submission["max_points"])
        exercises |= {e["id"]: e["max_points"] for e in submission["exercises"]}
    head = ["student", "id", "points", "max_points", "extra"]
    head += [f"lesson {k}" for k in sorted(lessons)] + sorted(exercises) + ["remarks"]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(head)
    for person in crowd:
        judged = [s for s in person.submissions if s["status"] != "grader-error"]
        own = {s["lesson"]: f"{s['points']:g}" for s in judged if s["lesson"]}
        parts = {e["id"]: f"{e['points']:g}" for s in judged for e in s["exercises"]}
        remarks = [
            f"{clean(s['file'])}: {s['status']}"
            for s in person.submissions
            if s["status"] != "graded"
        ]
        remarks += [clean(note) for s in person.submissions for note in s.get("notes", [])
                    if "not counted: " in note]  # fmt: skip
        remarks += [f"{what or 'all'} {by:+g}: {clean(why)}" for what, by, why in person.changes]
        if person.unlisted:
            remarks.append("not on the class list")
        row = [cell(person.name), cell(person.id), person.total]
        out_of = sum(person.weights.get(k, 1) * most for k, most in lessons.items())
        row += [f"{out_of:g}", f"{person.extra:g}" if person.judged else ""]
        row += [own.get(k, "") for k in sorted(lessons)]
        row += [parts.get(k, "") for k in sorted(exercises)]
        row.append(cell("; ".join(remarks) if person.submissions else "nothing handed in"))
        table.writerow(row)
    return "\ufeff" + out.getvalue()  # the mark by which Excel knows UTF-8


def cell(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


# ---------------------------------------------------------------- JUnit


def junit(crowd: list[Person], result: dict) -> str:
    """Return JUnit XML: a suite per notebook, a case per exercise, points as properties.

    A notebook without a verdict is an error of its exercises and never a pass.
    """
    root = ElementTree.Element("testsuites", name="graphrec")
    for person in crowd:
        for submission in person.submissions:
            root.append(_suite(person, submission))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name)) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _suite(person: Person, submission: dict) -> ElementTree.Element:
    status = submission["status"]
    label = f"{person.name} · {submission['lesson'] or clean(submission['file'])}"
    suite = ElementTree.Element("testsuite", name=_xml(label), time=f"{submission['seconds']:.3f}")
    for entry in submission["exercises"]:
        case = _case(suite, _xml(label), feedback.title(entry), entry["seconds"])
        properties = ElementTree.SubElement(case, "properties")
        told = ("points", "max_points", "status") if status != "grader-error" else ("max_points",)
        for name in told:
            value = f"{entry[name]:g}" if name != "status" else entry[name]
            ElementTree.SubElement(properties, "property", name=name, value=value)
        if status == "graded" and entry["status"] != "passed":
            said = feedback.points(entry["points"], entry["max_points"])
            message = f"{feedback.HEADLINES[entry['status']]}, {said}"
            failure = ElementTree.SubElement(case, "failure", message=message)
            failure.text = _xml("\n".join(feedback.sentences(entry)))
        elif status != "graded":
            ElementTree.SubElement(case, "error", message=feedback.NOT_GRADED[status])
    if not submission["exercises"]:
        case = _case(suite, _xml(label), "notebook", submission["seconds"])
        ElementTree.SubElement(case, "error", message=feedback.NOT_GRADED.get(status, status))
    for name, tag in (("tests", "testcase"), ("failures", ".//failure"), ("errors", ".//error")):
        suite.set(name, str(len(suite.findall(tag))))
    return suite


def _case(suite, label: str, name: str, seconds: float) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=label, name=_xml(name), time=f"{seconds:.3f}"
    )


def _xml(text: str) -> str:
    """Drop what XML 1.0 cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


# ---------------------------------------------------------------- Gradescope


def gradescope(person: Person) -> str:
    """Return the content of Gradescope's `results.json` for one student."""
    tests = []
    for submission in person.submissions:
        graded = submission["status"] == "graded"
        for entry in submission["exercises"]:
            said = [feedback.HEADLINES[entry["status"]], *feedback.sentences(entry)]
            if found := feedback.hint(entry):
                said.append("Hint {}. {}".format(*found))
            tests.append({
                "name": feedback.title(entry),
                **({"score": entry["points"]} if submission["status"] != "grader-error" else {}),
                "max_score": 0 if entry.get("extra") else entry["max_points"],
                "status": "passed" if graded and entry["status"] == "passed" else "failed",
                "output": "\n".join(said if graded else [feedback.NOT_GRADED[submission["status"]]]),
                "output_format": "text",
                "visibility": "visible",
            })  # fmt: skip
    problems = [feedback.NOT_GRADED.get(s["status"], "") for s in person.submissions]
    return json.dumps({
        **({"score": person.points} if person.judged else {}),  # else the upload says: failed
        "execution_time": round(sum(s["seconds"] for s in person.submissions), 1),
        "output": " ".join(filter(None, problems)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }, indent=1, ensure_ascii=False) + "\n"  # fmt: skip


# ---------------------------------------------------------------- Markdown


def markdown(crowd: list[Person], result: dict) -> str:
    """Return a summary: every exercise of a single student, or one line per student."""
    if len(crowd) == 1:
        return _cut(_one(crowd[0], result))
    lines = ["## Points", "", "| student | lessons | points |", "|---|---|---|"]
    for person in crowd:
        cells = ", ".join(
            f"{s['lesson'] or '?'}: "
            + (
                f"{s['points']:g}/{s['max_points']:g}"
                if s["status"] == "graded"
                else _md(s["status"])
            )
            for s in person.submissions
        )
        lines.append(f"| {_md(person.name)} | {cells or 'nothing'} | {person.total} |")
    return _cut("\n".join([*lines, "", f"Graded with course version {_md(result['course'])}.", ""]))


def _one(person: Person, result: dict) -> str:
    lines = []
    for submission in person.submissions:
        title = f"## {_md(feedback.lesson_title(submission['lesson']))}"
        extra = totals.extra(submission["exercises"])
        got = feedback.points(submission["points"], submission["max_points"], extra)
        lines += [title if submission["status"] == "grader-error" else f"{title}: {got}", ""]
        if submission["status"] != "graded":
            reason = submission.get("reason", "") if submission["status"] == "unreadable" else ""
            lines += [f"{feedback.NOT_GRADED[submission['status']]} {_md(reason)}", ""]
            continue
        lines += ["| exercise | points | | what to do next |", "|---|---|---|---|"]
        for entry in submission["exercises"]:
            said = feedback.sentences(entry)
            if found := feedback.hint(entry):
                said.append("Hint {}: {}".format(*found))
            mark = "✓" if entry["status"] == "passed" else "✗"
            lines.append(
                f"| {mark} {_md(feedback.title(entry))} | {entry['points']:g}/{entry['max_points']:g} "
                f"| {feedback.HEADLINES[entry['status']]} | {_md(' '.join(said))} |"
            )
        lines += ["", *(f"* {_md(note)}" for note in feedback.notes(submission)), ""]
    return "\n".join([*lines, f"Graded with course version {_md(result['course'])}.", ""])


def _md(text: str) -> str:
    """Escape a text so that it is only text: no link, picture, tag, mention or table cell.

    What the course set between backticks stays code.
    """
    text = " ".join(str(text).split())
    parts = re.split(r"(`[^`|<>]+`)", text)
    return "".join(
        p if k % 2 else re.sub(r"([\\`*_{}\[\]<>()#+!|~@:/&])", r"\\\1", p)
        for k, p in enumerate(parts)
    )


def _cut(text: str) -> str:
    raw = text.encode()
    if len(raw) <= SUMMARY_LIMIT:
        return text
    kept = raw[:SUMMARY_LIMIT].decode(errors="ignore").rpartition("\n")[0]
    return f"{kept}\n\nCut here: the rest is in the other reports.\n"
