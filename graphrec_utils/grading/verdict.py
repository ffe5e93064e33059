"""From what a kernel sent to points: checked for form first, then judged outside the kernel.

No outcome, a malformed outcome, or one too many is 0 points; "no error" is never a pass.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import functools
import hashlib
import hmac
import json
import math

import numpy as np

from graphrec_utils.exercises import codec, core, runner
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import behavior

SECRET_SEEDS = 3  # per claim
MAX_DEPTH = 40
MAX_NUMBERS = 2_000_000  # entries of one array
MAX_CELLS = 2**32  # of a sparse matrix of SciPy, which no judge makes dense
LONGEST_REASON = 600  # characters of what a report says of one claim
KEYS = {"value", "changed", "error", "message", "printed", "at"}
RAISES = "the function raises "  # and a name, where nothing may be said but that
FRESH = "right on the inputs of the card, wrong on fresh ones of the same kind"


class Malformed(Exception):
    """What the kernel sent is not what our probe sends."""


def seeds(secret: bytes, student: str, exercise: str) -> list[int]:
    """Return the seeds of a student's fresh inputs: HMAC-SHA256(secret, student, exercise, k)."""
    return [
        int.from_bytes(
            hmac.digest(secret, f"{student}\0{exercise}\0{k}".encode(), hashlib.sha256)[:8], "big"
        )
        for k in range(SECRET_SEEDS)
    ]


def texts(outputs, mime: str, nonce: str) -> list[str]:
    """Return what of a kernel's outputs is a message of the probe that has this nonce."""
    found = [o["data"].get(mime) for o in outputs if isinstance(o.get("data"), dict)]
    found = [x.get("outcomes") for x in found if isinstance(x, dict) and x.get("nonce") == nonce]
    return [text if isinstance(text, str) else "" for text in found]


def outcomes(text: str, asked: list[dict]) -> list[dict] | str:
    """Return the outcomes in a probe's message, or its own word for why there are none.

    Raises:
        Malformed: it was not our probe that wrote this, or the answer broke the probe.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError, TypeError):
        raise Malformed("the result is not JSON") from None
    if isinstance(found, dict) and found.get("problem") in ("too large", "undefined"):
        return found["problem"]
    if not isinstance(found, list) or len(found) != len(asked):
        raise Malformed("the result has the wrong length")
    return [_outcome(outcome, question) for outcome, question in zip(found, asked, strict=True)]


def _outcome(raw, question: dict) -> dict:
    if not isinstance(raw, dict) or not KEYS.issuperset(raw):
        raise Malformed("the result has parts that our probe does not send")
    if "error" in raw:
        error, message = raw["error"], raw.get("message")
        if not isinstance(error, str) or not isinstance(message, str):
            raise Malformed("an error without a name")
        return {"error": error[:80], "message": message[: runner.ERROR_LIMIT]}
    if "value" not in raw or not isinstance(raw.get("changed"), list):
        raise Malformed("a result without a value")
    names = {name for name, _ in question["inputs"]["dict"]}
    changed = [name for name in raw["changed"] if isinstance(name, str) and name in names]
    if len(changed) != len(raw["changed"]):
        raise Malformed("a changed input that does not exist")
    _check_value(raw["value"], MAX_DEPTH)
    try:
        codec.decode(raw["value"])
    except Exception:
        raise Malformed("a value that cannot be decoded") from None
    return {"value": raw["value"], "changed": changed}


def _check_value(data, depth: int) -> None:
    """Check an encoded value against the grammar of `codec.encode`, before it is decoded."""
    if depth == 0:
        raise Malformed("a value that is nested too deeply")
    if data is None or isinstance(data, bool | str | int | float):
        if isinstance(data, int) and abs(data) >= 2**53:
            raise Malformed("an integer that our probe writes otherwise")
        return
    if isinstance(data, list):
        for item in data:
            _check_value(item, depth - 1)
        return
    if not isinstance(data, dict) or not data:
        raise Malformed("a value of no known kind")
    kind = next(iter(data))
    content = data[kind]
    match kind:
        case "int":
            if not (isinstance(content, str) and len(content) < 4_300):
                raise Malformed("an integer of absurd size")
        case "float":
            if content not in ("nan", "inf", "-inf"):
                raise Malformed("a number that is none")
        case "tuple" | "set":
            _check_list(content, depth)
        case "dict":
            _check_list(content, depth)
            if not all(isinstance(pair, list) and len(pair) == 2 for pair in content):
                raise Malformed("a dictionary that is none")
        case "strings":
            _check_list(content, depth)
            if _count(data.get("shape")) != len(content):
                raise Malformed("an array whose shape does not fit")
        case "numpy":
            _check_array(data)
        case "torch":
            _check_part(content)
        case "torch_sparse" | "scipy":
            _check_sparse(kind, content, data)
        case "frame":
            _check_list(content, depth)
            _check_part(data.get("index"), strings=True)
            for column in content:
                if not isinstance(column, list) or len(column) != 2:
                    raise Malformed("a column that is none")
                _check_value(column[0], 3)
                _check_part(column[1], strings=True)
        case "series":
            _check_part(content, strings=True)
            _check_part(data.get("index"), strings=True)
        case _:
            raise Malformed("a value of no known kind")


def _check_list(content, depth: int) -> None:
    if not isinstance(content, list):
        raise Malformed("a list that is none")
    for item in content:
        _check_value(item, depth - 1)


def _check_part(data, strings: bool = False) -> None:
    kinds = ("numpy", "strings") if strings else ("numpy",)
    if not isinstance(data, dict) or next(iter(data), None) not in kinds:
        raise Malformed("an array that is none")
    _check_value(data, 3)


def _check_array(data: dict) -> None:
    try:
        dtype = np.dtype(data["numpy"]) if isinstance(data["numpy"], str) else None
        raw = base64.b64decode(data["data"], validate=True)
    except (KeyError, TypeError, ValueError, SyntaxError, binascii.Error):
        raise Malformed("an array that is none") from None
    if dtype is None or dtype.kind not in "biufc" or dtype.shape:
        raise Malformed("an array of no known type")
    if _count(data.get("shape")) * dtype.itemsize != len(raw):
        raise Malformed("an array whose shape does not fit")


def _check_sparse(kind: str, content, data: dict) -> None:
    known = ("coo", "csr") if kind == "torch_sparse" else ("coo", "csr", "csc", "lil", "dok", "bsr")
    parts = data.get("parts")
    if content not in known or not isinstance(parts, list):
        raise Malformed("a sparse matrix that is none")
    _count(data.get("shape"), MAX_CELLS if kind == "scipy" else MAX_NUMBERS)
    for part in parts:
        _check_part(part)


def _count(shape, most: int = MAX_NUMBERS) -> int:
    """Return the number of entries of a shape that is small enough to be made."""
    sizes = shape if isinstance(shape, list) and len(shape) <= 8 else [-1]
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise Malformed("a shape that is none")
    if max(sizes, default=0) > MAX_NUMBERS or (count := math.prod(sizes)) > most:
        raise Malformed("an array of absurd size")
    return count


# ---------------------------------------------------------------- points


@functools.cache
def public(exercise: Exercise) -> tuple[list[dict], list[dict]]:
    """Return the card's own questions and the right outcomes: the same for every submission."""
    asked = core.questions(exercise)
    return asked, core.right(exercise, asked)


def decide(
    exercise: Exercise,
    secret: tuple[list[dict], list[dict]],
    card: tuple[list[dict], list[dict]] | None,
) -> dict:
    """Judge an answer; return the exercise's entry of result.json, less its seconds and notes.

    Points come from the secret questions alone. What is said about them comes from the card's
    own, public questions, so that no report can show a secret input.

    Args:
        secret: (questions, outcomes).
        card: the same for the questions that `public` returns.
    """
    result = core.judge(exercise, *secret)
    name = not result.mistake
    shown = core.judge(exercise, *card, name, public(exercise)[1]) if card else None
    told = {row.sentence: _cut(row.reason) for row in shown.rows if not row.ok} if shown else {}
    rows = [
        [row.sentence, row.ok, "" if row.ok else told.get(row.sentence, FRESH if shown else "")]
        for row in result.rows
    ]
    errors = [o.get("error", "") for o in secret[1]]
    status = {"failed": "wrong", "missing": "not-implemented"}.get(result.status, result.status)
    reason = next(
        (f"{sentence}: {why}".removesuffix(": ") for sentence, ok, why in rows if not ok), ""
    )
    if status in ("wrong", "partial") and "OutOfTime" in errors:
        status, reason = "timeout", "the function took too long"
    elif status == "wrong" and all(errors) and "Returned" not in errors:
        status = "error"
        reason = next((o["message"] for o in card[1] if "error" in o), "") if card else ""
        reason = reason or RAISES + errors[0]
    elif status == "not-implemented":
        reason = "not implemented yet"
    mistake = result.mistake or (shown.mistake if shown and status != "passed" else "")
    entry = {
        "points": float(result.points),
        "status": status,
        "reason": reason,
        "mistake": mistake,
        "rows": rows,
    }
    if result.measured:
        entry["measured"] = dataclasses.asdict(result.measured)
    if status in ("wrong", "partial", "error") and shown:
        first = next(((r.sentence, r.reason) for r in shown.rows if not r.ok), None)
        if first and card:
            entry["shown"] = [first[0], _cut(first[1])]
            with contextlib.suppress(Exception):  # a value that nobody has thought of
                entry["behavior"] = behavior.of(exercise, card, public(exercise)[1])
    return entry


def nothing(status: str, reason: str) -> dict:
    """Return the entry of an exercise that has no verdict, and so no points."""
    return {"points": 0.0, "status": status, "reason": reason, "mistake": "", "rows": []}


def _cut(reason: str) -> str:
    """Return what is said of a claim, no longer than anybody reads: an answer may put what it likes into it."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
