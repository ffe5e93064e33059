"""The command `bench` on tiny benchmarks: processes, rounds, peers, what it prints and refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile

import pytest

from graphrec_utils import __main__ as entry
from graphrec_utils import paths
from graphrec_utils.cli.setup.environment import CannotRun
from tests.benchmarks.engine import command, peers, rounds

SOURCE = '''"""How fast one counts.

More words.
"""
import time

WORK = (1000, "counts")
PEERS = {"fakepeer": ["WHEEL"]}
FOLDERS = {"cloned": "a clone of somebody/counting"}


def prepare(folder):
    (folder / "limit.txt").write_text("1000")


def counting(size, setting):
    print("noise that is no answer")
    limit = int((setting.folder / "limit.txt").read_text())
    yield
    while True:
        total = sum(range(size * limit))
        yield lambda: {"total": total / size**2, "threads": setting.threads}


def ours(setting):
    return counting(1, setting)


def slow(setting):
    return counting(400, setting)


def broken(setting):
    yield
    raise RuntimeError("out of fingers\\nsecond line")


def fakepeer(setting):
    import fakepeer

    yield
    while True:
        yield lambda: {"answer": fakepeer.ANSWER}


def cloned(setting):
    names = sorted(path.name for path in setting.peer.iterdir())
    yield
    while True:
        yield lambda: {"files": len(names)}


ENGINES = {"ours": ours, "slow": slow, "fakepeer": fakepeer, "cloned": cloned}
'''


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Return a function that runs `bench` on a folder with one benchmark, `count`."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""What a benchmark is."""')
    (folder / "count.py").write_text(SOURCE)
    (folder / "long_run.py").write_text('"""No ENGINES, so it is not listed."""\nVALUE = 1')

    def run(*arguments, source=None):
        if source:
            (folder / "count.py").write_text(source)
        return command.main([str(x) for x in arguments], folder, tmp_path / "build")

    return run


def test_without_a_name_the_benchmarks_are_listed(bench, capsys):
    assert bench() == 0
    assert capsys.readouterr().out == "  count  How fast one counts.\n"


def test_engines_run_in_processes_of_their_own_and_are_compared_by_round(bench, tmp_path, capsys):
    target = tmp_path / "out.json"
    assert bench("count", "--rounds", 3, "--json", target) == 0
    out = capsys.readouterr().out
    found = json.loads(target.read_text())
    ours, slow, fakepeer, cloned = found["rows"]
    assert [len(row["wall"]) for row in found["rows"]] == [3, 3, 0, 0]
    assert ours["ratios"] == [1, 1, 1] and min(slow["ratios"]) > 2
    assert slow["ratios"] == [a / b for a, b in zip(slow["cpu"], ours["cpu"], strict=True)]
    assert ours["quality"] == {"total": 499500, "threads": 1}
    assert ours["memory"] > 1
    assert "runs with --peers" in fakepeer["note"]
    assert "--peer-path cloned=DIR, a clone of somebody/counting" in cloned["note"]
    assert found["clock"] == "CPU seconds" and found["machine"]["threads"] == 1
    assert "How fast one counts." in out and "3 interleaved rounds" in out
    assert re.search(r"^engine +seconds +counts/s +CPU s +ratio +from–to +MB +quality$", out, re.M)
    assert "noise" not in out
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_more_threads_are_passed_on_and_compared_by_wall_time(bench, tmp_path):
    target = tmp_path / "out.json"
    bench("count", "--rounds", 1, "--threads", 2, "--json", target)
    found = json.loads(target.read_text())
    ours, slow = found["rows"][:2]
    assert found["clock"] == "wall seconds" and ours["quality"]["threads"] == 2
    assert slow["ratios"] == [slow["wall"][0] / ours["wall"][0]]


def test_foreign_settings_do_not_reach_an_engine(bench, monkeypatch, capsys):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    source = SOURCE.replace(
        '"threads": setting.threads}',
        '"core": "OPENBLAS_CORETYPE" in os.environ, "omp": int(os.environ["OMP_NUM_THREADS"])}',
    ).replace("import time", "import os")
    bench("count", "--rounds", 1, source=source)
    assert "core 0, omp 1" in capsys.readouterr().out


def test_an_engine_that_breaks_off_is_reported_and_the_others_go_on(bench, capsys):
    source = SOURCE.replace('"slow": slow', '"slow": slow, "broken": broken')
    assert bench("count", "--rounds", 2, source=source) == 1
    out = capsys.readouterr().out
    assert "broke off: RuntimeError: out of fingers" in out and "second line" not in out
    assert re.search(r"^slow +\d", out, re.M)


def test_an_engine_whose_process_dies_is_reported(bench, capsys):
    source = SOURCE.replace(
        "raise RuntimeError", "__import__('os')._exit(3)\n    raise RuntimeError"
    )
    source = source.replace('"slow": slow', '"broken": broken')
    assert bench("count", "--rounds", 1, source=source) == 1
    assert "its process ended with code 3" in capsys.readouterr().out


def test_if_our_own_engine_breaks_nothing_can_be_compared(bench):
    source = SOURCE.replace('{"ours": ours', '{"ours": broken')
    with pytest.raises(CannotRun, match="ours broke off: RuntimeError: out of fingers"):
        bench("count", source=source)


def test_inputs_that_cannot_be_prepared_end_it(bench):
    source = SOURCE.replace('(folder / "limit.txt")', '(folder / "no" / "limit.txt")')
    with pytest.raises(CannotRun, match="cannot be prepared: FileNotFoundError"):
        bench("count", source=source)


def test_a_peer_that_is_not_on_pypi_comes_from_its_folder(bench, tmp_path, capsys):
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "a.py").write_text("")
    assert bench("count", "--rounds", 1, "--peer-path", f"cloned={clone}") == 0
    assert "files 1" in capsys.readouterr().out


def wheel(folder):
    """Write the smallest package that pip can install without a network."""
    file = folder / "fakepeer-1.5-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("fakepeer.py", "ANSWER = 42\n")
        info = "fakepeer-1.5.dist-info"
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: fakepeer\nVersion: 1.5\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return file


def test_a_peer_from_pip_gets_an_environment_of_its_own(bench, tmp_path, capsys):
    source = SOURCE.replace("WHEEL", str(wheel(tmp_path)))
    assert bench("count", "--peers", "--rounds", 1, source=source) == 0
    out = capsys.readouterr().out
    assert re.search(r"^fakepeer 1\.5 .*answer 42$", out, re.M)
    made = tmp_path / "build" / "peers" / "fakepeer"
    assert (made / "pyvenv.cfg").exists()
    stamp = (made / "requirements.json").stat().st_mtime_ns
    assert bench("count", "--peers", "--rounds", 1) == 0  # now nothing is installed
    assert (made / "requirements.json").stat().st_mtime_ns == stamp


def test_a_peer_that_cannot_be_installed_is_skipped_with_the_reason(
    bench, tmp_path, capsys, monkeypatch
):
    def make(folder):  # pip fails in any environment, so it needs none of its own
        folder.mkdir()
        return sys.executable, "3.11"

    monkeypatch.setattr(peers.virtual, "make", make)
    source = SOURCE.replace("WHEEL", str(tmp_path / "absent-1.0-py3-none-any.whl"))
    assert bench("count", "--peers", "--rounds", 1, source=source) == 0
    out = capsys.readouterr().out
    assert re.search(r"^fakepeer +skipped: pip failed", out, re.M) and re.search(
        r"^ours +\d", out, re.M
    )


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["counts"], "no benchmark 'counts'; there are count"),
        (["count", "--rounds", "0"], "must be at least 1"),
        (["count", "--json", "absent/x.json"], "no folder .*absent for --json"),
        (["count", "--peer-path", "nobody=."], "no such peer; there are cloned"),
        (["count", "--peer-path", "cloned=absent"], "there is no folder 'absent'"),
    ],
)
def test_what_cannot_run_is_refused_with_a_sentence(bench, arguments, sentence):
    with pytest.raises(CannotRun, match=sentence):
        bench(*arguments)


def test_the_command_line_knows_it(capsys):
    assert entry.main(["bench", "--help"]) == 0
    assert "example: python3 -m graphrec_utils bench evaluation" in capsys.readouterr().out
    assert entry.main(["bench", "nothing-of-this-name"]) == 2
    assert "there are " in capsys.readouterr().err
    assert entry.main(["bench", "--wrong"]) == 2


def test_every_benchmark_of_the_course_keeps_the_convention():
    """Its top needs the standard library and numpy only, and what it names is there."""
    folder = paths.root() / "tests" / "benchmarks"
    known = command.benchmarks(folder)
    assert known
    for name, title in known.items():
        module = command.worker.load(folder / f"{name}.py")
        assert title.endswith("."), name
        others = {*getattr(module, "PEERS", {}), *getattr(module, "FOLDERS", {})}
        first = next(iter(module.ENGINES))
        assert others <= set(module.ENGINES) and first not in others, name


def test_a_table_of_nothing_but_skipped_engines_is_still_a_table():
    text = rounds.table([rounds.Row("a", note="skipped: no")], None)
    assert text.splitlines()[1] == "a       skipped: no"


# ------------------------------------------------------------------ the device of the long ones
TRAIN_WITH_TORCH = [
    "gowalla_others", "learned_similarity", "logq_rivals", "multibisage_study", "ngcf_small", "omnisage_study",
    "pinsage_study", "ranking_features", "sage_rivals", "sequences", "towers",
]  # fmt: skip


@pytest.mark.parametrize("name", TRAIN_WITH_TORCH)
def test_a_long_benchmark_takes_a_device(name):
    (file,) = (paths.root() / "solutions" / "experiments").rglob(f"{name}.py")
    text = file.read_text("utf-8")
    assert "devices.parse(parser)" in text and "devices.chosen" in text
    assert "parse_args" not in text


def test_a_device_that_is_not_there_ends_a_long_benchmark_with_a_sentence():
    command = [
        sys.executable,
        "-m",
        "solutions.experiments.lesson05.ngcf_small",
        "--device",
        "cuda:63",
    ]
    done = subprocess.run(command, cwd=paths.root(), capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("device 'cuda:63' was asked for, but this torch")
    assert done.stdout == ""
