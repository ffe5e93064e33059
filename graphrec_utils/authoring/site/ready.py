"""What an instructor can take as it is: the lecture's deck, and syllabi for an evening, a month, a term."""

from __future__ import annotations

from graphrec_utils import syllabus
from graphrec_utils.authoring.site.places import address

LECTURE = """<a href="slides/lecture.html">The lecture in one deck</a> takes its five parts, in their order, from the
core slides of the lessons: 80 minutes, the time of each slide in your notes, at most 40 words beside a picture.
Every system that the lecture names has a slide there and a row in the [atlas of industry](atlas.md). A lesson that
is not there yet is named."""
CAPSTONE = """Exercise 18.5 is graded as any other; the page of conclusions is yours to read. Its
<a href="notebooks/18_capstone.html#one-page">rubric of 20 points</a> stands in the lesson: protocol, rivals, tail and
new, clarity. Add them in `graded/adjust.csv` as a change, such as `Ann Lee,18,+15,page of conclusions`: a number
without a sign would replace the points of the lesson."""
INTRODUCTION = """The [course map](index.md) shows what builds on what. Times are those of a student at a laptop,
without what you say; the core of a lesson is full marks."""
# Ready syllabi: a title, what it is for, and rows of what is done, in class and at home
SYLLABI = (
    (
        "One lecture",
        "An evening, 80 to 90 minutes, nobody needs a laptop.",
        (
            ("before", "nothing, or lesson 00 for those who want to play", ("00",)),
            ("in class", "the lecture's deck, with its visuals and a vote before each", ()),
            ("afterwards", "one lesson of the student's choice", ()),
        ),
    ),
    (
        "Four weeks",
        "A block with one lecture and one exercise class a week: the shortest way from a dot product to PinSage.",
        (
            ("week 1", "what is measured, and a baseline that is hard to beat", ("01", "02")),
            ("week 2", "the graph, and what is left of a graph network", ("04", "06")),
            ("week 3", "graphs that do not fit: walks and sampled neighbors", ("08", "09")),
            ("week 4", "the loss that large sites train with", ("10", "11")),
        ),
    ),
    (
        "A full term",
        "Fourteen weeks, in the course's order; the capstone is the examination.",
        (
            ("week 1", "set-up, metrics, time", ("00", "01")),
            ("week 2", "factorization", ("02",)),
            ("week 3", "losses, and how sampled metrics deceive", ("03",)),
            ("week 4", "the graph view", ("04",)),
            ("week 5", "message passing, with and without weights", ("05", "06")),
            ("week 6", "encoders for new nodes", ("07",)),
            ("week 7", "walks, and PinSage", ("08", "09")),
            ("week 8", "two towers", ("10",)),
            ("week 9", "logQ", ("11",)),
            ("week 10", "relations and users of many interests", ("12", "13")),
            ("week 11", "many kinds of nodes", ("14",)),
            ("week 12", "sequences", ("15",)),
            ("week 13", "OmniSage, ranking", ("16", "17")),
            ("week 14", "the funnel, defended", ("18",)),
            ("afterwards", "for those who want to go on: items that are spelled", ("19",)),
        ),
    ),
)


def syllabi() -> str:
    """Return the ready syllabi as tables, with the times of the lessons and links to those that are there."""
    known = {lesson.number: lesson for lesson in syllabus.LESSONS}
    parts = [INTRODUCTION]
    for title, purpose, rows in SYLLABI:
        taken = [known[number] for _, _, lessons in rows for number in lessons]
        core, whole = sum(x.core for x in taken), sum(x.minutes for x in taken)
        table = ["| When | What | Lessons | At the laptop |", "|---|---|---|---|"]
        for when, what, lessons in rows:
            links = []
            for number in lessons:
                page = address(number, "notebooks/")
                shown = f"{number} · {known[number].title}"
                links.append(
                    f"[{shown}]({page.replace('.html', '.ipynb')})" if page else f"{shown} (coming)"
                )
            hour = sum(known[number].core for number in lessons)
            minutes = sum(known[number].minutes for number in lessons)
            time = f"{hour} min, {minutes} with branches" if lessons else ""
            table.append(f"| {when} | {what} | {', '.join(links)} | {time} |")
        hours = f"{core / 60:.0f} hours at the laptop, {whole / 60:.0f} with all branches."
        said = f"{purpose} {hours}" if core > 60 else purpose
        parts.append(f"### {title}\n\n{said}\n\n" + "\n".join(table))
    return "\n\n".join(parts)
