"""The page "Beside other graders", and what a class with hostile submissions in it takes."""

from __future__ import annotations

from typing import Any

from graphrec_utils import paths, results

RESULT, CROWD = "00_graders", "00_crowd"
WORDS = {
    "paid": "points for nothing",
    "not paid": "a right answer unpaid",
    "own exercise": "their other exercise lost",
    "earlier student": "somebody graded before loses",
    "later student": "somebody graded after loses",
    "batch": "the run ends",
}
PAGE = """# Beside other graders

What does a class lose by somebody who attacks, or whose notebook is merely odd? One command gives the same
{number} submissions to this course's `grade`, to nbgrader, to Otter-Grader and to a plain run of nbval, each in an
environment of its own, and writes this page's tables:

```sh
{command}
```

A submission is a notebook with two exercises of lesson 06. What attacks stands in the first; the second is honest and
right. In every class two honest students stand beside it, one graded before, whose points must stay, and one graded
after. Each tool has the assignment as its documentation asks for it: nbgrader and Otter with hidden tests, nbgrader
with a limit of {cell} seconds for a cell.

{summary}

A submission can be wrong in several columns. *Unsaid* counts those who lost points of their own while the tool wrote
no word about them.

## Submission by submission

{each}

## What each of them promises

* **nbgrader** {nbgrader}. Its FAQ asks "Does nbgrader protect against unsafe code?" and answers "Not directly, but you
  can use a kernel inside a Docker container"; to endless loops it says "Yes", by the limit of time that was set here.
  It ran without a container. One would keep files, processes and the network from a submission. It would not change
  what stands under *forging*: the tests run in the kernel of the answer that they judge.
{otter}
* **nbval** {nbval} is no grader and says so: its "intended purpose" is "to determine whether execution of the stored inputs
  match the stored outputs". It stands here since many courses begin with it. Its checks are those in the student's own file.
* **This course** promises what stands in the README: no points for what an answer says about itself, and nobody pays
  for somebody else. It does not promise that an answer is the student's own, and where a system does not let it close
  files or network it says so before it grades.

The submissions were chosen by the authors of one of the four, who knew where it had once been weak: that it does well on them
is no surprise. All tools but the course's ran below a limit of 6 GB that the command sets, so "ten gigabytes" was refused
by it, and not by them.
"""
OTTER = """* **Otter-Grader** {version} has a command for classes, `otter grade`, which gives each submission a Docker container, with
  `--timeout` and `--no-network`. The machine of this table has no Docker. What was run is `otter run`, "non-containerized
  Otter on a single submission", which the documentation keeps for those without Docker: the other ways "are recommended
  as they provide better security by sandboxing students' submissions". The loop over students and its limit of a
  minute each are ours. Read its rows under *files*, *network* and *later* so. Under *forging*, again, a container
  changes nothing."""
NO_OTTER = "* **Otter-Grader**: its column is not measured yet; the command is ready for it (`--only otter`)."
CLASS = """### A class of a hundred, with attacks in it

The command `{command}` grades exercise 00.3 of 97 honest students with `--jobs 2`, and again with three
submissions among them that stop a grader without limits (a zip whose file has a name of 60,000 underscores; a message of
400 frames of 30 MB; 3,000 sparse tensors of two million numbers), and while three times a worker is killed.

| class | submissions | others with other points | seconds | largest memory |
|---|---|---|---|---|
{rows}

Memory is that of all processes together, on {cores} cores with a load of {load}, the class's own included.{beside}"""
BESIDE = """ Five honest
submissions of lesson 01, graded in turns by the version before these limits and by this one, take {ratio:.2f} times as
much computing (from {least:.2f} to {most:.2f} by submission)."""


def there(name: str = RESULT) -> bool:
    """Report whether something was measured that the page could show."""
    return (paths.data() / "results" / f"{name}.json").exists()


def instructor() -> str:
    """Return what the instructor's page says of both measurements; nothing of what was not measured."""
    parts = [crowd()] if there(CROWD) else []
    if there():
        parts.append("[Beside other graders](graders.md) shows what nbgrader, Otter and nbval make of the same "
                     "hostile and odd notebooks.")  # fmt: skip
    return "\n\n".join(parts)


def page() -> str:
    """Return the page in Markdown."""
    values = dict(results.load(RESULT).values)
    cases = values.pop("cases")
    return PAGE.format(
        command=results.load(RESULT).command, number=len(cases), cell=30, summary=summary(values, len(cases)),
        each=each(values, cases), otter=otter(values),
        **{name: values.get(name, {}).get("version", "") for name in ("nbgrader", "nbval")},
    )  # fmt: skip


def otter(values: dict[str, Any]) -> str:
    """Return what Otter promises and how it was run, if it was."""
    rows = values.get("otter", {}).get("rows")
    return OTTER.format(version=values["otter"]["version"]) if rows else NO_OTTER


def summary(values: dict[str, Any], number: int) -> str:
    """Return a table with a row a tool: how many submissions went wrong in which way."""
    head = [
        "tool", "points for nothing", "honest ones who lost their own points", "submissions that cost others theirs",
        "that end the run", "unsaid",
    ]  # fmt: skip
    rows = [head, ["---"] * len(head)]
    for tool in values.values():
        if tool["problem"]:
            rows.append([name(tool), f"not run: {tool['problem']}", "", "", "", ""])
            continue
        found = list(tool["rows"].values())
        own = [row for row in found if {"not paid", "own exercise"} & set(row["wrong"])]
        some = "" if len(found) == number else f" ({len(found)} of {number} run)"
        rows.append([
            name(tool) + some,
            count(found, "paid"),
            str(len(own)),
            count(found, "earlier student", "later student"),
            count(found, "batch"),
            str(sum(not row["said"] for row in own)),
        ])  # fmt: skip
    return table(rows)


def each(values: dict[str, Any], cases: dict[str, list[str]]) -> str:
    """Return a table with a row a submission and a column a tool; the family stands in its first row."""
    rows = [["", "submission", *map(name, values.values())], ["---"] * (len(values) + 2)]
    before = ""
    for case, (family, title) in cases.items():
        marks = [said(tool["rows"].get(case)) for tool in values.values()]
        rows.append(["" if family == before else f"*{family}*", title, *marks])
        before = family
    return table(rows)


def said(row: dict[str, Any] | None) -> str:
    """Return the cell of one submission and tool."""
    if row is None:
        return "not run"
    return ", ".join(WORDS[wrong] for wrong in row["wrong"]) or "✓"


def name(tool: dict[str, Any]) -> str:
    """Return a tool's title with its version."""
    return f"{tool['title']} {tool['version']}".strip()


def count(rows: list[dict], *kinds: str) -> str:
    """Return how many rows are wrong in one of these ways."""
    return str(sum(bool(set(kinds) & set(row["wrong"])) for row in rows))


def table(rows: list[list[str]]) -> str:
    """Return rows as a table in Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def crowd() -> str:
    """Return what a class of a hundred takes, for the instructor's page."""
    stored = results.load(CROWD)
    runs = stored.values["class"]["runs"]
    rows = [
        f"| {name} | {run['submissions']} | {run['with other points']} of {run['others']} | {run['seconds']:,} | "
        f"{run['GB']:.1f} GB |"
        for name, run in runs.items()
    ]
    beside = ""
    if "beside" in stored.values:
        ratio, least, most = stored.values["beside"]["computing"]["ratio"]
        beside = BESIDE.format(ratio=ratio, least=least, most=most)
    loads = [run["load"] for run in runs.values()]
    return CLASS.format(
        command=stored.command, rows="\n".join(rows), cores=stored.machine["cores"],
        load=f"{min(loads):g} to {max(loads):g}", beside=beside,
    )  # fmt: skip
