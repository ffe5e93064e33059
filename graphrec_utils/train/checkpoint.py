"""All that a killed training needs to go on, in one file that is always whole."""

from __future__ import annotations

import os
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graphrec_utils import paths
from graphrec_utils.train.history import History
from graphrec_utils.train.learner import Learner

FORMAT = 1
NOT_COMPARED = ("optimizer",)  # empty before the first step


def save(file: Path, learner: Learner, plan: dict, history: History, best: dict | None) -> None:
    """Write a checkpoint; whoever reads meanwhile, or later, finds a whole one.

    Args:
        plan: the settings of `fit` that another training may not have.
        best: the best state so far, None if nobody asks for it.
    """
    content = {"format": FORMAT, "plan": plan, "history": asdict(history)}
    content |= {"state": learner.state_dict(), "best": best}
    fixed = file.with_name(file.name + ".part")  # large: a killed run leaves one at most
    with paths.replacing(file, fixed) as part, open(part, "wb") as stream:
        torch.save(content, stream)
        stream.flush()
        os.fsync(stream.fileno())  # on the disk before the name points to it


def load(file: Path, learner: Learner, plan: dict) -> tuple[History, dict | None]:
    """Bring the learner to a checkpoint's state; return what happened before, and the best state.

    Raises ValueError unless it is whole and made by the same learner under the same plan.
    """
    start_again = "delete it, or name another file, to start again"
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.testzip() is not None:  # torch writes checksums but never looks at them
                raise ValueError("a checksum is wrong")
        saved = torch.load(file, map_location="cpu", weights_only=True)  # never runs code
        version = dict(saved)["format"]
    except Exception as problem:  # zip, pickle and torch raise a dozen different ones
        kind = type(problem).__name__
        raise ValueError(f"the checkpoint {file} is damaged ({kind}); {start_again}") from None
    if version != FORMAT:
        raise ValueError(f"the checkpoint {file} has another format; {start_again}")
    difference = _difference(saved["state"], learner.state_dict(), "") or _difference(
        saved["plan"], plan, "settings of fit", exact=True
    )
    if difference:
        raise ValueError(
            f"the checkpoint {file} belongs to another training: {difference}; {start_again}"
        )
    learner.load_state_dict(saved["state"])
    return History(**saved["history"]), saved["best"]


def _difference(saved: Any, now: Any, name: str, exact: bool = False) -> str | None:
    """Say in which entry two states do not fit; None if they do. Plain values count if exact."""
    if isinstance(saved, Tensor) or isinstance(now, Tensor):
        a, b = (
            f"{tuple(x.shape)} {x.dtype}" if isinstance(x, Tensor) else repr(x)
            for x in (saved, now)
        )
        return None if a == b else f"{name} is {a} there and {b} here"
    if isinstance(saved, dict) and isinstance(now, dict):
        if saved.keys() != now.keys():
            a, b = (", ".join(map(str, x)) or "nothing" for x in (saved, now))
            return f"{name or 'the state'} holds {a} there and {b} here"
        for key in saved:
            if key in NOT_COMPARED and not exact:
                continue
            path = f"{name}.{key}" if name else str(key)
            found = _difference(saved[key], now[key], path, exact or key == "settings")
            if found:
                return found
        return None
    return f"{name} is {saved} there and {now} here" if exact and saved != now else None
