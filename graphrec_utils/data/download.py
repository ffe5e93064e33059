"""Download one file of known size and checksum: resumed, verified, and in place only when whole."""

from __future__ import annotations

import errno
import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

ATTEMPTS = 4  # per address; a connection that is cut goes on where it stopped
TIMEOUT = 20  # seconds without a byte
PAUSE = 1.0  # seconds before the second attempt, twice as long before the third
BUSY = (429, 500, 502, 503, 504)  # answers that may be better a moment later
FULL = (errno.ENOSPC, errno.EDQUOT)  # no space, or none for this user
CHUNK = 1 << 16


class DownloadError(OSError):
    """No address delivered the file; the message has one reason per address."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(urls: Sequence[str], target: Path, size: int, checksum: str) -> None:
    """Put the file with this size and SHA-256 at `target`, from the first address that has it.

    The bytes go to `<target>.part`; what is there from an interrupted run is continued (HTTP Range).
    `target` appears only by renaming a verified file, so a reader never sees half of it.

    Args:
        urls: addresses of identical copies, best first.
        target: where the file shall be; folders are created.
        size: in bytes.
        checksum: SHA-256, 64 hexadecimal digits.

    Raises:
        DownloadError: no address delivered these bytes, or the disk is full. An unfinished `.part`
            is kept for the next run, except on a full disk; a wrong one is removed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    reasons = []
    for url in urls:
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE * attempt)
            resumed = part.exists()
            try:
                _continue(url, part, size)
            except DownloadError as problem:
                reason = str(problem)
                break
            except urllib.error.HTTPError as problem:
                reason = f"HTTP {problem.code}"
                if problem.code in BUSY:
                    continue
                break
            except urllib.error.URLError as problem:  # no network, no such host
                reason = str(problem.reason)
                break
            except (OSError, http.client.HTTPException) as problem:  # reset, time-out
                if getattr(problem, "errno", None) in FULL:  # the next address would not help
                    part.unlink(missing_ok=True)
                    raise DownloadError(
                        f"the disk is full: {target.name} needs {size:,} bytes in {target.parent}"
                    ) from None
                reason = str(problem) or type(problem).__name__
                continue
            got = part.stat().st_size
            if got < size:
                reason = f"the connection broke after {got:,} of {size:,} bytes"
                continue
            if got == size and sha256(part) == checksum:
                part.replace(target)
                return
            part.unlink()
            reason = "the file there has another checksum"
            if not resumed:
                break
            # the first half, from an earlier run, may have been the wrong one: again from zero
        reasons.append(f"{url}: {reason}")
    raise DownloadError("; ".join(reasons) or "no address is known")


def _continue(url: str, part: Path, size: int) -> None:
    """Append to `part` what is missing of `size` bytes; a byte too many ends it, too."""
    done = part.stat().st_size if part.exists() else 0
    if done >= size:  # complete but not renamed, or rubbish: the caller's checksum decides
        return
    # identity: a compressed answer could not be continued at a byte position
    headers = {"User-Agent": "graphrec-utils", "Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        if not answer.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
            done = 0  # this server sends the whole file
        length = answer.headers.get("Content-Length")
        if length is not None and done + int(length) != size:  # often a log-in page
            raise DownloadError(f"the file there has {done + int(length):,} bytes, not {size:,}")
        with (
            part.open("ab" if done else "wb") as file,
            tqdm(
                total=size,
                initial=done,
                desc=part.stem,
                unit="B",
                unit_scale=True,
                leave=False,
            ) as bar,
        ):
            while done <= size and (chunk := answer.read(CHUNK)):
                file.write(chunk)
                done += len(chunk)
                bar.update(len(chunk))
