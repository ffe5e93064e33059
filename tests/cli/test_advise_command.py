"""`python3 -m graphrec_utils advise`: thirty broken tables, a kill in the middle, a disk that is full."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from graphrec_utils import __main__ as command
from graphrec_utils.advise.command import Line

HEAD = "user,item,rating,time\n"
ROWS = "ann,Alien,3,2014-03-31\nann,Brazil,5,2014-04-01\nbob,Brazil,4,2014-04-02\nbob,Cube,2,2014-04-13\n"
MILLION = "user,item\n" + "".join(f"{k},{k}\n" for k in range(1_000_000))

# name: (bytes or a function that makes the path, what the sentence says)
BROKEN = {
    "no header": (ROWS, "no names of columns"),
    "no column of users": (HEAD.replace("user", "x") + ROWS, "say --user COLUMN"),
    "too few rows": (HEAD + ROWS, "too little to compare"),
    "a quote that never closes": (HEAD + ROWS + 'bob,"Cube,2,2014-04-13\n', "quote is opened"),
    "a title with a comma": (HEAD + ROWS + "bob,Cube, the first,2,2014-04-13\n", "has 5 columns instead of 4"),
    "dates in two formats": (HEAD + ROWS + "bob,Drive,2,04/13/2014\n", "not written like"),
    "day or month": (HEAD + "a,b,1,01/02/2014\na,c,1,03/04/2014\nb,c,1,05/06/2014\n", "cannot be told from the month"),
    "dates in the future": (HEAD + ROWS + "bob,Drive,2,2999-01-01\n", "1 of 5 times lie in the future"),
    "words for times": (HEAD + "a,b,1,soon\na,c,1,later\n", "'soon' is no time"),
    "mostly NaN": (HEAD + ROWS + "NaN,Cube,1,2014-04-13\n" * 5, "5 of 9 rows lack"),
    "negative weights": (HEAD + ROWS + "ann,Cube,-1,2014-04-13\n", "--at-least"),
    "one user": (HEAD + ROWS.replace("bob", "ann"), "there is one user, 'ann'"),
    "one item": (HEAD + "a,b,1,2014-04-01\nb,b,1,2014-04-02\n", "there is one item, 'b'"),
    "nobody has two items": (HEAD + "a,b,1,2014-04-01\nb,c,1,2014-04-02\nc,c,1,2014-04-03\n", "nobody has two items"),
    "a million levels, user and item alike": (MILLION, "the same in every row"),
    "empty": ("", "the file is empty"),
    "names and no row": (HEAD, "no row below the names"),
    "a gzip that is none": (HEAD + ROWS, "no gzip file"),
    "a gzip that is cut off": (gzip.compress((HEAD + ROWS * 900).encode())[:-9], "cut off"),
    "a folder": (None, "is a folder"),
    "an id with a line break and no quotes": (HEAD + ROWS + "ann,Dri\nve,2,2014-04-13,x,y\n", "columns instead of 4"),
    "no text": (bytes(range(256)) * 9, "no text"),
    "decimal commas without quotes": (HEAD + ROWS.replace(",3,", ",3,5,"), "line 2 has 5 columns instead of 4"),
    "names of columns in two rows": (HEAD + HEAD + ROWS, "stand there again"),
    "two exports in one file": (HEAD + ROWS * 99 + HEAD + ROWS, "stand there again"),
    "seconds and milliseconds": (HEAD + "a,b,1,1500000000\na,c,1,1500000000999\n", "some of these are seconds and others milliseconds"),
    "two columns of one name": (HEAD.replace("rating", "time") + ROWS, "two columns are called 'time'"),
    "a workbook": (b"PK\x03\x04" + bytes(range(256)), "a zip file or a workbook"),
    "JSON": ('{"user": "ann", "item": "Alien"}\n{"user": "bob", "item": "Alien"}\n', "another format"),
    "a page that asks to sign in": ("<!doctype html><html>Sign in</html>", "another format"),
    "a matrix": ("user," + ",".join(f"film{k}" for k in range(99)) + "\nann" + ",1" * 99, "film10 and 88 more; say --item"),
    "an event for each user": (HEAD + "".join(f"u{k},{k % 9},1,2014-04-{1 + k % 9:02d}\n" for k in range(90)), "nobody has two items"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_refused_in_one_sentence(name, tmp_path, monkeypatch, capsys):
    content, says = BROKEN[name]
    path = tmp_path / ("likes.csv.gz" if "gzip" in name else "likes.csv")
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    assert command.main(["advise", path.name, "--minutes", "0.1"]) == 2
    out, err = capsys.readouterr()
    *running, last = err.splitlines()
    assert out == "" and last.startswith("graphrec_utils: ") and says in last
    assert all(line.startswith("profile: ") for line in running)
    assert sorted(tmp_path.iterdir()) == [path], "nothing is written"


@pytest.mark.parametrize("words, says", [
    (["--minutes", "0"], "above 0"), (["-o", "nowhere/a.html"], "no folder nowhere"), (["-o", "a.pdf"], "ends with .html"),
    (["--user", "who"], "has no column 'who'"), (["--items", "films.csv"], "there is no file films.csv"),
    (["--at-least", "9"], "no row is left"),
])  # fmt: skip
def test_wrong_options_are_told(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "likes.csv").write_text(HEAD + ROWS)
    assert command.main(["advise", "likes.csv", *words]) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["likes.csv"]


def test_the_minutes_begin_before_anything_is_loaded(tmp_path, monkeypatch):
    from graphrec_utils import advise

    given, before = {}, time.monotonic()
    monkeypatch.setattr(advise, "run", lambda table, **options: given.update(options) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command.main(["advise", str(tmp_path / "likes.csv"), "-o", str(tmp_path / "r.html")])
    assert before <= given["begun"] <= time.monotonic() and given["engine"] is None


@pytest.fixture(scope="module")
def likes(tmp_path_factory):
    """A table of 120 users who go through 45 items of three tastes."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("advise") / "likes.csv"
    rows = [(u, (rng.integers(0, 15) + k) % 15 + 15 * (u % 3), 1_500_000_000 + 9_000 * k + int(rng.integers(0, 90_000)))
            for u in range(120) for k in range(10)]  # fmt: skip
    path.write_text("user,item,time\n" + "".join(f"{u},{i},{t}\n" for u, i, t in rows))
    return path


def start(likes, out, **options):
    words = [
        sys.executable,
        "-m",
        "graphrec_utils",
        "advise",
        str(likes),
        "--minutes",
        "30",
        "-o",
        str(out),
    ]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def plain(path):
    def of(x):
        if isinstance(x, dict):
            return {k: of(v) for k, v in x.items() if k not in ("seconds", "command", "megabytes")}
        return [of(v) for v in x] if isinstance(x, list) else x

    return of(json.loads(path.read_text("utf-8")))


def test_a_kill_in_the_middle_and_the_same_command_again(likes, tmp_path):
    """SIGKILL after some trials: the same report, and what was done is not done twice."""
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    first = start(likes, tmp_path / "a" / "r.html")
    log = lambda: [line for f in tmp_path.glob("a/r.state/*/trials.jsonl") for line in f.open()]  # noqa: E731
    until = time.monotonic() + 300
    while first.poll() is None and len(log()) < 30 and time.monotonic() < until:
        time.sleep(0.02)
    first.kill()
    assert first.wait() == -signal.SIGKILL, first.stderr.read()
    done = log()
    assert len(done) >= 30 and not (tmp_path / "a" / "r.html").exists()
    again, whole = start(likes, tmp_path / "a" / "r.html"), start(likes, tmp_path / "b" / "r.html")
    for process in (again, whole):
        assert process.wait(600) == 0, process.stderr.read()
    assert log()[: len(done)] == done
    assert plain(tmp_path / "a" / "r.json") == plain(tmp_path / "b" / "r.json")
    page = (tmp_path / "a" / "r.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert page.count("<caption>") == page.count("<table") == 3


def test_a_disk_that_is_full(likes, tmp_path):
    """Files of more than two kilobytes cannot be written: a sentence, exit 2, no report and no half of one."""
    resource = pytest.importorskip("resource")

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    process = start(likes, tmp_path / "r.html", preexec_fn=small)
    _, err = process.communicate(timeout=600)
    assert (
        process.returncode == 2 and "nothing half written is left" in err and "Traceback" not in err
    )
    assert not list(tmp_path.glob("r.html*")) and not list(tmp_path.rglob("*.part"))


def test_where_nobody_watches_a_method_is_one_line(capsys):
    line = Line()
    for text in (
        "iALS: reg 0.1; 0.1 of 2 minutes",
        "iALS: reg 0.3, 1 after it; 0.2 of 2 minutes",
        "EASE; 0.3 of 2 minutes",
    ):
        line(text)
    line.end()
    assert capsys.readouterr().err.splitlines() == [
        "iALS: reg 0.1; 0.1 of 2 minutes",
        "EASE; 0.3 of 2 minutes",
    ]
