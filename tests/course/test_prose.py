"""What the text of a lesson may say in the open, that is outside folds, notes, quizzes and tables of papers.

Read are the student's notebooks; a cell belongs to the section whose heading stands above it.
"""

from __future__ import annotations

import functools
import json
import re

import pytest

from graphrec_utils import paths, syllabus

LESSONS = [lesson.number for lesson in syllabus.LESSONS]
FOLD = re.compile(r"<details.*?</details>", re.DOTALL)

# words of protocol: they belong into the fold "How this was measured"
PROTOCOL = re.compile(r"\b(trials?|seeds?|grids?)\b")
# where choosing settings is what the section teaches
TAUGHT = {"03": {"3.1", "3.7", "Take away"}, "09": {"9.4"}, "11": {"11.7"}}

HISTORY = re.compile(
    r"\b(first|second|third|earlier|previous) (edition|version of this)|\bour first (table|verdict|answer)|\ban opponent\b",
    re.IGNORECASE,
)

# term -> the section that explains it, where it stands in bold or italics; no core mentions it before
TERMS = {
    "bipartite": "0.2",
    "PinWorld": "0.9",
    r"recall@": "1.4",
    "NDCG": "1.4",
    "RP3β": "1.8",
    "EASE": "1.8",
    "iALS": "1.8",
    "ridge": "2.3",
    "Gramian": "2.5",
    "impression": "1.1",
    "learning rate": "3.1",
    "softmax": "3.5",
    "temperature": "9.3",
    "cross-entropy": "3.5",
    "adjacency": "4.1",
    r"L3\b": "4.4",
    "PageRank": "4.5",
    "message passing": "5.1",
    "over-smoothing": "6.4",
    "transductive": "6.3",
    "inductive": "7.6",
    "folded in": "7.7",
    "hard negative": "9.4",
    "curriculum": "9.4",
    r"log Q\b": "11.1",
    "mutual information": "11.1",
    "filtered": "12.4",
    "MRR": "1.4",
    "medoid": "13.4",
    r"offset\b": "16.5",
    "RCE": "17.2",
    "log loss": "17.2",
    r"examination\b": "17.6",
    "effective size": "18.5",
    "doubly robust": "18.5",
    "codebook": "19.1",
    "beam search": "19.3",
}


@functools.cache
def core(lesson: str) -> tuple[tuple[str, str], ...]:
    """Return (section, open text) of the markdown cells that stand before the branches."""
    (path,) = (paths.root() / "notebooks").glob(f"{lesson}_*.ipynb")
    section, found = f"{int(lesson)}.0", []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] != "markdown" or "notes" in cell["metadata"].get("tags", []):
            continue
        if heading := re.match(r"## (?:↳ )?(?:(\d+\.\d+)|(.*))", text):
            section = heading[1] or heading[2].strip()
            if section == "Branches":
                break
        found.append((section, FOLD.sub("", text)))
    return tuple(found)


def read(lesson: str):
    """Yield (section, text) of what tells: no quiz, no table of papers, no line of the map of lessons."""
    for section, text in core(lesson):
        if section not in ("Quiz", "Slide, paper, code"):
            yield section, re.sub(r"^\*On the map:.*?$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_interval_is_told_in_words(lesson):
    for section, text in read(lesson):
        told = re.sub(r"\$\$?.*?\$\$?", "", text, flags=re.DOTALL)  # ± in a formula is a sign
        assert not re.search(r"\d\s*±|±\s*\.?\d", told), f"{section}: write 'from … to …'"


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_lesson_tells_its_own_history(lesson):
    for section, text in read(lesson):
        found = HISTORY.search(text)
        assert not found, f"{section}: “{found[0]}”: what was believed goes to believed.toml"


@pytest.mark.parametrize("lesson", LESSONS)
def test_protocol_stands_in_folds(lesson):
    for section, text in read(lesson):
        if section not in TAUGHT.get(lesson, ()):
            found = PROTOCOL.search(text)
            assert not found, f"{section}: “{found[0]}” belongs into “How this was measured”"


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_explained_where_it_is_met_first(term):
    flags = 0 if any(map(str.isupper, term)) else re.IGNORECASE
    said = re.compile(term, flags)
    marked = re.compile(rf"\*[^*\n]*(?:{term})|\\text\{{(?:{term})", flags)
    cells = [(section, text) for lesson in LESSONS for section, text in read(lesson)]
    first = next(
        section for section, text in cells if said.search(text) and not section.endswith(".0")
    )
    assert first == TERMS[term], f"{term} is met in {first} and explained in {TERMS[term]}"
    assert any(marked.search(text) for section, text in cells if section == first), (
        f"{first}: {term} in bold or italics where it is explained"
    )
