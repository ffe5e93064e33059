"""Download one file of known checksum; it is in place only when whole."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pooch
from tqdm import tqdm

from graphrec_utils import paths

TIMEOUT = 20  # seconds without a byte
PAUSE = 1.0  # seconds after a failure
BAR = {"unit": "B", "unit_scale": True, "leave": False}  # on stderr, and wiped off at the end


class DownloadError(OSError):
    """No address delivered the file; the message has one reason per address."""


def download(urls: Sequence[str], target: Path, size: int, checksum: str) -> None:
    """Put the file with this SHA-256 at `target`, from the first address that has it.

    All addresses are asked, then all once more: what is busy may be better a moment later.

    Args:
        urls: addresses of identical copies, best first.
        target: where the file shall be; folders are created. An older file stays until the new one
            is verified.
        size: in bytes, for the bar.
        checksum: SHA-256, 64 hexadecimal digits.

    Raises:
        DownloadError: no address delivered these bytes; nothing is left of what they sent.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons = {}
    for url in [*urls, *urls]:
        try:
            # not pooch.retrieve: only their owner could read its files, and a folder may be shared
            with paths.replacing(target) as part, tqdm(total=size, desc=target.stem, **BAR) as bar:
                pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT)(url, str(part), None)
                if pooch.file_hash(str(part)) != checksum:
                    raise ValueError("the file there has another checksum")
            return
        except (OSError, ValueError) as problem:
            reasons[url] = _reason(problem)
        time.sleep(PAUSE)
    raise DownloadError("; ".join(f"{url}: {reason}" for url, reason in reasons.items()))


def _reason(problem: BaseException) -> str:
    """Return what is at the bottom of a chain of exceptions: "[Errno 111] Connection refused"."""
    answer = getattr(problem, "response", None)
    if answer is not None:
        return f"HTTP {answer.status_code}"
    while problem.__context__ is not None:
        problem = problem.__context__
    return str(problem) or type(problem).__name__
