"""Answers with the same text, and comments that several share: looked at whatever their length or number.

What the stub, the given code or the published solution says is nobody's own. Short texts without a
comment are alike by chance, and stand last.
"""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from collections.abc import Iterable

SHOWN = 3  # comments that a group shares


def groups(exercise: str, sources: dict[str, str], stub: str, published: str) -> list[dict]:
    """Return those who share a text, letter by letter, or a comment.

    Args:
        sources: {student: source of the answer}.

    Returns:
        [{"id": exercise, "students", "evidence": [sentence, ...], "weight"}, ...].
    """
    ours = {*comments(stub), *comments(published)}
    lines = {line.strip() for line in plain(stub).splitlines()}
    texts, said = defaultdict(list), defaultdict(list)
    for student, source in sorted(sources.items()):
        texts[plain(source)].append(student)
        for comment in set(comments(source)) - ours:
            said[comment].append(student)
    found = []
    for text, students in texts.items():
        if len(students) > 1 and text not in ("", plain(stub), plain(published)):
            own = [line for line in text.splitlines() if line.strip() not in lines]
            shared = sorted({*comments(text)} - ours, key=lambda c: (-len(c), c))
            short = "" if sum(map(len, own)) > 200 else ": so little is often alike by chance"
            count = f"{len(own)} line{'s' * (len(own) != 1)} of their own"
            evidence = [f"the same text, letter by letter, {count}{'' if shared else short}"]
            evidence += _with(shared)
            found.append(_group(exercise, students, evidence, own, shared))
    same = defaultdict(list)  # who share one comment often share more
    for comment, students in said.items():
        known = any(set(students) == set(group["students"]) for group in found)
        if len(students) > 1 and not known:
            same[tuple(students)].append(comment)
    for students, shared in same.items():
        shared.sort(key=lambda c: (-len(c), c))
        found.append(_group(exercise, list(students), _with(shared), [], shared))
    return found


def _with(shared: list[str]) -> list[str]:
    more = f" and {len(shared) - SHOWN} more" if len(shared) > SHOWN else ""
    listed = ", ".join(map(quoted, shared[:SHOWN]))
    return [f"with the comment{'s' * (len(shared) > 1)} {listed}{more}"] if shared else []


def _group(exercise: str, students: list[str], evidence: list[str], own, shared) -> dict:
    """Return a group; a comment weighs ten times as much as code, for nothing prescribes it."""
    weight = sum(map(len, own)) + 10 * sum(map(len, shared))
    return {"id": exercise, "students": students, "evidence": evidence, "weight": weight}


def plain(source: str) -> str:
    """Return a text without empty lines and space at the ends of lines."""
    lines = (line.rstrip() for line in source.splitlines())
    return "\n".join(line for line in lines if line)


def comments(source: str) -> list[str]:
    """Return the comments of a source, as far as it can be read."""
    return [text for text in _comments(source) if text]


def _comments(source: str) -> Iterable[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield " ".join(token.string.lstrip("# ").split())
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass


def quoted(text: str) -> str:
    """Return a text between quotation marks, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
