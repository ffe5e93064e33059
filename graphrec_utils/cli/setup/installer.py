"""Run pip so that a person can watch it, and say what went wrong in one sentence.

Standard library only. pip's own output goes to a log file beside the environment it fills.
"""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
import time

from graphrec_utils.cli.setup.environment import CannotRun

SIGN_OF_LIFE = 10.0  # seconds of silence after which a line tells that the work goes on
PATIENCE = 10  # seconds for pip to end after Ctrl-C
LARGE = 5.0  # megabytes from which a package gets a line of its own

# What pip's output contains -> what to tell the user. The first match wins, so the order matters:
# a full disk or a missing network also makes pip complain about packages.
EXPLANATIONS = (
    (
        r"No space left on device|Errno 28|not enough space on the disk|Disk quota exceeded",
        "the disk is full. Free about 2 GB and run the same command again: it goes on from here",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "the network's certificate is not trusted here. Set PIP_CERT to your network's certificate "
        "file (its administrator knows it) and run the same command again",
    ),
    (
        r"NewConnectionError|NameResolutionError|Failed to establish a new connection|getaddrinfo"
        r"|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|Connection (?:reset|refused|aborted)"
        r"|Network is unreachable|Temporary failure in name resolution",
        "the package index cannot be reached. Connect to the internet (behind a proxy set "
        "HTTPS_PROXY) and run the same command again: it goes on from here",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a package is not the file that was tested. Run the same command again; if it says so again, "
        "your package index serves other files (`python3 -m pip config list` names it)",
    ),
    (
        r"Permission denied|Errno 13|Read-only file system|Access is denied",
        "this folder cannot be written. Copy the course to a folder of your own and run the same "
        "command there",
    ),
)


def explain(output):
    """Return the sentence for a failed run of pip or venv, from what it printed."""
    for pattern, sentence in EXPLANATIONS:
        if re.search(pattern, output):
            return sentence
    none = re.search(r"No matching distribution found for (\S+)", output)
    if none:
        return (
            f"there is no {none[1]} for this Python and machine. Python 3.11 to 3.14 on "
            "Linux, Windows and macOS (Apple silicon) are known to work"
        )
    errors = [x for x in output.splitlines() if x.strip() and not x.startswith((" ", "WARNING"))]
    return f"pip failed: {errors[-1]}" if errors else "pip failed without a word"


def install(python, arguments, log):
    """Run `pip install` with the given Python and show how far it is.

    What is installed is not compiled: `virtual.compile_all` does that on all cores.

    Args:
        python: the interpreter whose environment is filled.
        arguments: what follows `pip install`.
        log: a file that receives pip's whole output, appended.

    Raises:
        CannotRun: with the sentence of `explain`, or when the user pressed Ctrl-C.
    """
    command = [str(python), "-m", "pip", "install", "--progress-bar", "off", "--no-compile"]
    command += map(str, arguments)
    # PIP_USER: a `user = true` in somebody's pip.conf cannot work in a virtual environment
    settings = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    process = subprocess.Popen(
        command,
        env=dict(os.environ, PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        output = _watch(process, log)
        if process.wait():
            raise CannotRun(f"{explain(output)} (all of pip's words: {log})")
    except KeyboardInterrupt:
        try:
            process.wait(PATIENCE)  # Ctrl-C reached pip as well; it cleans up after itself
        except subprocess.TimeoutExpired:  # now and then it does not hear
            process.terminate()
            process.wait()
        raise CannotRun("stopped. Run the same command again: it goes on from here") from None


def _watch(process, log):
    """Copy pip's output to the log, print its headlines, return all of it."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    start = time.monotonic()
    collected = 0
    phase = ""
    seen = []
    with open(log, "a", buffering=1, encoding="utf-8") as file:  # by line: it is read meanwhile
        while True:
            try:
                line = lines.get(timeout=SIGN_OF_LIFE)
            except queue.Empty:
                print(f"  … {time.monotonic() - start:.0f} s{phase}", flush=True)
                continue
            if line is None:
                return "".join(seen)
            file.write(line)
            seen.append(line)
            if line.startswith("Collecting "):
                collected += 1
                phase = f", {collected} packages found so far"
            elif line.startswith("Installing collected"):
                phase = ", installing"
            text = headline(line)
            if text:
                print(f"  {text}", flush=True)


def headline(line):
    """Return what a line of pip's output says to a person, or None if nothing.

    A large download or a file of this machine is named; so is the last, silent part of the work.
    """
    wheel = re.search(
        r"(Downloading|Using cached|Processing) (?:.*[/\\])?([^/\\\s]+)\.(?:whl|tar\.gz)(?![\w.])"
        r"(?:.*\(([\d.]+) (kB|MB|GB)\))?",
        line,
    )
    if wheel:
        verb, file, size, unit = wheel.groups()
        name = " ".join(file.replace("%2B", "+").split("-")[:2])
        if verb == "Processing":
            return f"{name} from this machine"
        megabytes = float(size or 0) * {"kB": 1e-3, "MB": 1.0, "GB": 1e3}[unit or "kB"]
        return f"{name}, {megabytes:.0f} MB" if megabytes >= LARGE else None
    names = re.match(r"Installing collected packages: (.*)", line)
    if names:
        count = len(names[1].split(","))
        return f"installing {count} packages" if count > 1 else "installing it"
    return None
